"""Ask every address that the book names outside of itself, and tell which do not answer.

Pages, notebooks and docstrings are read; addresses of this machine, and the placeholder
of the project's own, are left out. Each is asked twice before it is told of. A server that forbids
programs (403, 429) is there.
"""

import concurrent.futures
import json
import re
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^]+")
NOT_OUTSIDE = re.compile(
    r"https?://(?:localhost|127\.|\[|HOST|.*example\.|www\.w3\.org/|.*(?:OWNER|ADDRESS|somebody))"
)
FOLDERS = ("convnet_lib", "notebooks", "site", "teaching")
KINDS = {".cff", ".ipynb", ".js", ".md", ".py", ".toml"}
THERE = (403, 405, 429)


def texts():
    """Yield (name, text) of what a reader or a program may follow a link in; no outputs."""
    files = [*ROOT.glob("*"), *(p for f in FOLDERS for p in (ROOT / f).rglob("*"))]
    for path in sorted(files):
        if path.suffix in KINDS and path.is_file() and "_build" not in path.parts:
            text = path.read_text("utf-8")
            if path.suffix == ".ipynb":
                cells = json.loads(text)["cells"]
                text = "\n".join("".join(cell["source"]) for cell in cells)
            yield path.relative_to(ROOT).as_posix(), text


def addresses():
    """Return {address: names of the files that hold it}."""
    found = {}
    for name, text in texts():
        for address in ADDRESS.findall(text):
            address = address.rstrip(".,;:!?*_")
            if address.count("(") < address.count(")"):
                address = address[: address.rindex(")")].rstrip(".,;:")
            if not NOT_OUTSIDE.match(address):
                found.setdefault(address.partition("#")[0], set()).add(name)
    return found


def fault(address, timeout=30, pause=5):
    """Return why an address does not answer, or None."""
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (links)"})
    for attempt in range(2):
        try:
            with urllib.request.urlopen(request, timeout=timeout):
                return None
        except urllib.error.HTTPError as error:
            with error:
                if error.code in THERE:
                    return None
                said = f"{error.code} {error.reason}"
        except (OSError, ValueError) as error:
            said = str(error)
        if not attempt:
            time.sleep(pause)
    return said


def main():
    found = addresses()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        faults = dict(zip(found, pool.map(fault, found), strict=True))
    for address, said in faults.items():
        if said:
            print(f"{address}: {said}\n    in {', '.join(sorted(found[address]))}")
    print(f"{len(found)} addresses, {sum(map(bool, faults.values()))} without an answer")
    sys.exit(any(faults.values()))


if __name__ == "__main__":
    main()
