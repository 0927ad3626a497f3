"""Gradients of one small network by PyTorch and JAX, kept in convnet_lib/frameworks.json.

Run as `.venv-bench/bin/python tools/frameworks.py` (`make .venv-bench` makes that environment);
`--check` writes nothing and says whether the file agrees with what is installed. Chapter 21 puts
the numbers beside the book's. The file holds the network, the image and the wish too, so that
nothing depends on how random numbers are drawn; each framework's gradients are in its own layout.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "convnet_lib" / "frameworks.json"
#: The shapes of the parameters: two convolutions on a colour image of 14 by 11, and three outputs.
SHAPES = {
    "conv1": (4, 3, 5, 2),
    "conv2": (5, 4, 2, 3),
    "dense": (3, 5, 2, 1),
}
AGREE = 1e-12


def drawn():
    """Return the parameters, an image (3, 14, 11) and a wish, all with two decimals."""
    rng = np.random.default_rng(21)
    made = {}
    for name, shape in SHAPES.items():
        made[f"{name}.w"] = rng.normal(size=shape) / np.sqrt(np.prod(shape[1:]) / 2)
        made[f"{name}.b"] = rng.normal(size=shape[0]) / 4
    made |= {"image": rng.random((3, 14, 11)), "wish": np.array([0.0, 1.0, 0.0])}
    return {name: array.round(2) for name, array in made.items()}


def by_torch(given):
    """Return PyTorch's gradients by their names: maps before rows and columns."""
    import torch
    from torch import nn

    net = nn.Sequential(
        *[nn.Conv2d(3, 4, (5, 2)), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(4, 5, (2, 3)), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(10, 3)],
    ).double()
    layers = {"conv1": net[0], "conv2": net[3], "dense": net[7]}
    with torch.no_grad():
        for name, layer in layers.items():
            w = torch.tensor(given[f"{name}.w"])
            layer.weight.copy_(w.reshape(layer.weight.shape))
            layer.bias.copy_(torch.tensor(given[f"{name}.b"]))
    image = torch.tensor(given["image"][None], requires_grad=True)
    cost = nn.functional.cross_entropy(net(image), torch.tensor(given["wish"][None]))
    cost.backward()
    found = {"cost": cost.detach(), "image": image.grad[0]}
    for name, layer in layers.items():
        found |= {f"{name}.w": layer.weight.grad, f"{name}.b": layer.bias.grad}
    return {name: tensor.numpy() for name, tensor in found.items()}


def by_jax(given):
    """Return JAX's gradients by their names: maps last, as Keras and Flax have them."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    jax.config.update("jax_enable_x64", True)
    layout = ("NHWC", "HWIO", "NHWC")

    def pooled(a):
        return lax.reduce_window(a, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def cost(p, image):
        a = image[None]
        for name in ("conv1", "conv2"):
            a = lax.conv_general_dilated(
                a, p[f"{name}.w"], (1, 1), "VALID", dimension_numbers=layout
            )
            a = pooled(jax.nn.relu(a + p[f"{name}.b"]))
        z = a.reshape(1, -1) @ p["dense.w"] + p["dense.b"]
        return -jnp.sum(jnp.asarray(given["wish"]) * jax.nn.log_softmax(z))

    p = {name: jnp.asarray(given[name]) for name in given if name.endswith(".b")}
    for name in ("conv1", "conv2"):
        p[f"{name}.w"] = jnp.asarray(given[f"{name}.w"].transpose(2, 3, 1, 0))
    w = given["dense.w"]
    p["dense.w"] = jnp.asarray(w.transpose(2, 3, 1, 0).reshape(-1, len(w)))
    image = jnp.asarray(given["image"].transpose(1, 2, 0))
    value, (nablas, pixels) = jax.value_and_grad(cost, (0, 1))(p, image)
    found = {"cost": value, "image": pixels, **nablas}
    return {name: np.asarray(array) for name, array in found.items()}


FRAMEWORKS = {"torch": by_torch, "jax": by_jax}


def installed():
    """Return the names of the frameworks that can be imported here."""
    return [name for name in FRAMEWORKS if importlib.util.find_spec(name)]


def kept():
    """Return what the file holds: a dict of dicts of arrays."""
    found = json.loads(FILE.read_text("utf-8"))
    return {
        who: {name: np.array(values, float) for name, values in arrays.items()}
        for who, arrays in found.items()
    }


def furthest(framework, file):
    """Return the largest difference of a framework's gradients today from those in the file."""
    found = FRAMEWORKS[framework](file["given"])
    return max(np.abs(found[name] - values).max() for name, values in file[framework].items())


def main():
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    if parser.parse_args().check:
        far = {name: furthest(name, kept()) for name in installed()}
        print(far or "no framework is installed here")
        return int(any(not distance <= AGREE for distance in far.values()))
    if missing := [name for name in FRAMEWORKS if name not in installed()]:
        sys.exit(f"not installed: {', '.join(missing)}; `make .venv-bench` does it")
    found = {"given": drawn()}
    found |= {name: by(found["given"]) for name, by in FRAMEWORKS.items()}
    lists = {who: {k: a.tolist() for k, a in arrays.items()} for who, arrays in found.items()}
    lines = ",\n".join(
        f' "{who}": {{\n' + ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in arrays.items()) + "}"
        for who, arrays in lists.items()
    )
    FILE.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
