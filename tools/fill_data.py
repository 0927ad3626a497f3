"""Fill a folder with the whole of MNIST, once for a class: make data FOLDER=/srv/convnet."""

import sys

from convnet_lib import data


def main():
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Which folder? make data FOLDER=/srv/convnet")
    try:
        paths = data.fill(sys.argv[1])
    except (OSError, ValueError) as error:
        sys.exit(f"This failed: {error}")
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {size / 1e6:.1f} MB, are whole and may be read by everybody.")
    print(f"Each student sets CONVNET_DATA={paths[0].parent.resolve()}")
    print("On a JupyterHub, jupyterhub_config.py sets it for all: CONVNET_DATA there.")


if __name__ == "__main__":
    main()
