"""What the figures of trained networks take: a network, images, labels."""

from collections.abc import Mapping

import numpy as np

from .. import checks, deep, maps
from .. import networks as any_kind
from ..data import labels as some_labels
from ..network import ConvNet, from_arrays
from . import base


def network(name, net):
    """Return what was handed in as a ConvNet with an axis of feature maps.

    >>> from convnet_lib.widgets import networks
    >>> arrays = {"w1": np.zeros((1, 2)), "b1": np.array(0.0)}
    >>> arrays |= {"w3": np.zeros((3, 1, 1)), "b3": np.zeros(3)}
    >>> networks.network("net", arrays).w1.shape
    (1, 1, 2)

    Args:
        name: the argument, for the error.
        net: a ConvNet, or a mapping with w1, b1, w3 and b3, such as `numpy.load` of an .npz file;
            of a training checkpoint, the last network is taken.

    Raises:
        ValueError: if it is neither, or its images have channels.
    """
    if isinstance(net, Mapping):
        missing = [key for key in ConvNet.parameters if key not in net]
        if missing:
            checks.refuse(name, "w1, b1, w3 and b3", f"a mapping without {', '.join(missing)}")
        net = from_arrays(net)
    if not isinstance(net, ConvNet):
        expected = "a ConvNet, or a mapping with w1, b1, w3 and b3"
        checks.refuse(name, expected, came(net))
    return maps.with_maps(net)


def came(net):
    """Return in words what was handed in for a ConvNet; of a deep network, what shows it instead.

    >>> from convnet_lib import deep
    >>> from convnet_lib.widgets import networks
    >>> networks.came(5)
    'a int'
    >>> networks.came(deep.Network([deep.ReLU()]))
    'a deep.Network; figures.maps and figures.row show the arrays of its layers'
    """
    if isinstance(net, deep.Network):
        return "a deep.Network; figures.maps and figures.row show the arrays of its layers"
    return f"a {type(net).__name__}"


def images(net, x):
    """Return images that fit the network, (N, H, W), be they one or many.

    >>> from convnet_lib.widgets import networks
    >>> networks.images(ConvNet.random(image=(6, 8)), np.zeros((6, 8))).shape
    (1, 6, 8)

    Raises:
        ValueError: if they are not made of finite floats, none, or of another size.
    """
    x = checks.finite("images", x)
    expected = net.image_shape
    if x.ndim not in (2, 3) or x.shape[-2:] != expected or 0 in x.shape:
        either = f"{checks.written(expected)} or {checks.written(('N', *expected))}"
        came = checks.written(x.shape) if x.ndim else "()"
        checks.refuse("images", f"shape {either}", came)
    return x if x.ndim == 3 else x[None]


def images_of_any(net, x):
    """Return images for a network of either kind, one or many, with an axis for them.

    >>> from convnet_lib import deep
    >>> from convnet_lib.widgets import networks
    >>> net = deep.Network.random("conv2x5 relu dense3 softmax", image=(3, 6, 8))
    >>> networks.images_of_any(net, np.zeros((3, 6, 8))).shape
    (1, 3, 6, 8)

    Raises:
        ValueError: as `images`, or if the network has no row of outputs for them.
    """
    if isinstance(net, ConvNet):
        return images(net, x)
    x, axes = checks.finite("images", x), _image_axes(net)
    if axes < 2:
        checks.refuse("net", "a network for images of rows and columns", f"one for {axes} axis")
    if x.ndim not in (axes, axes + 1) or 0 in x.shape:
        one = ("C", "H", "W")[3 - axes :]
        either = f"{checks.written(one)} or {checks.written(('N', *one))}"
        checks.refuse("images", f"shape {either}", checks.written(x.shape) if x.ndim else "()")
    x = x if x.ndim > axes else x[None]
    any_kind.classes(net, x[0], "images")
    return x


def _image_axes(net):
    """How many axes an image has that a deep network takes; channels are one."""
    for layer in net.layers:
        match layer:
            case deep.Conv():
                return max(2, layer.w.ndim - 1)
            case deep.Dense():
                return layer.w.ndim - 1
    return 2


def labels(given, n, outputs):
    """Return n labels as integers, or None if there are none.

    >>> from convnet_lib.widgets import networks
    >>> networks.labels(7, 1, outputs=10), networks.labels([3, 1], 2, outputs=10)
    (array([7]), array([3, 1]))

    Raises:
        ValueError: if they are not n integers from 0 to outputs - 1.
    """
    if given is None:
        return None
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        given = [given]  # the label of a single image
    return some_labels("labels", given, n, outputs)


def first(x, most=base.MOST_IMAGES):
    """Return the first images of many, as float64, and the sentence that says so.

    >>> from convnet_lib.widgets import networks
    >>> x, note = networks.first(np.zeros((5, 6, 8)), most=2)
    >>> x.shape, note
    ((2, 6, 8), 'The first 2 of 5 images are shown.')
    """
    note = f"The first {most} of {len(x):,} images are shown." if len(x) > most else ""
    return np.asarray(x[:most], np.float64), note
