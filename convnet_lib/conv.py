"""The convolutional layer: shared weights w, shared bias b (F1, BP3, BP4, BP5).

Three kinds of filter are told apart by the number of axes of w, and the einsum strings below
are the equations for each. The letters: j, k a neuron; l, m an offset in the filter; f a feature
map; c a channel of the input; n an example of the batch.

=================  =======  ==================  =====================
w                  b        a                   z and delta
=================  =======  ==================  =====================
(KH, KW)           ()       (..., H, W)         (..., H', W')
(F, KH, KW)        (F,)     (..., H, W)         (..., F, H', W')
(F, C, KH, KW)     (F,)     (..., C, H, W)      (..., F, H', W')
=================  =======  ==================  =====================

with H' = H - KH + 1 and W' = W - KW + 1. Leading axes (...) are batch axes.

The filter may move by S rows and columns at a time, the stride, and P rows and columns of zeros
may stand at each edge of the image, the padding. Then neuron j, k sees from row Sj - P and column
Sk - P on, where a is 0 outside of the image, and H' = ⌊(H + 2P - KH) / S⌋ + 1. Each is a whole
number, or a pair (rows, columns) where the two axes differ.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import batches, checks

FORWARD = {
    2: "...jklm,lm->...jk",
    3: "...jklm,flm->...fjk",
    4: "...cjklm,fclm->...fjk",
}
BACKWARD = {
    2: "...jklm,lm->...jk",
    3: "...fjklm,flm->...jk",
    4: "...fjklm,fclm->...cjk",
}
NABLA_B = {
    2: "njk->",
    3: "nfjk->f",
    4: "nfjk->f",
}
NABLA_W = {
    2: "njk,njklm->lm",
    3: "nfjk,njklm->flm",
    4: "nfjk,ncjklm->fclm",
}


def receptive_fields(a, w, stride=1, padding=0):
    """Return the receptive field of every neuron: the view a_{j+l,k+m}, indexed [..., j, k, l, m].

    With stride S and padding P it is a_{Sj+l-P,Sk+m-P}.

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> conv.receptive_fields(a, w)[0, 1]
    array([[2., 0., 1.],
           [3., 1., 0.]])

    Args:
        a: activations, shape (..., H, W).
        w: a filter, used for its last two axes (KH, KW) alone.
        stride: by how much the filter moves, a whole number or a pair (rows, columns).
        padding: how many zeros stand around the image, a whole number or a pair.

    Returns:
        A read-only view of a, shape (..., H', W', KH, KW); nothing but the padding copies a.

    Raises:
        ValueError: if an argument has fewer than two axes, the filter is larger than the padded
            image, or stride or padding is not what it can be.
    """
    a, w = checks.floats("a", a), checks.floats("w", w)
    (down, right), padding = steps(stride, padding)
    _fits(a, w, padding)
    if any(padding):
        a = np.pad(a, [(0, 0)] * (a.ndim - 2) + [(zeros, zeros) for zeros in padding])
    fields = sliding_window_view(a, w.shape[-2:], axis=(-2, -1))
    return fields[..., ::down, ::right, :, :]


@checks.underflow_is_zero
def forward(a, w, b, stride=1, padding=0):
    """Return the weighted input z_{j,k} = b + Σ_{l,m} w_{l,m} a_{j+l,k+m} (F1, F1s).

    With channels the sum runs over them too. This is a cross-correlation: the filter is laid on
    the image as it is, not rotated. With stride S and padding P the sum is over
    w_{l,m} a_{Sj+l-P,Sk+m-P} (F1s).

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> conv.forward(a, w, 0.5)
    array([[-0.5,  3.5],
           [ 2.5,  4.5]])

    Args:
        a: activations of the layer below, shape (..., H, W), with channels (..., C, H, W).
        w: shared weights, shape (KH, KW), (F, KH, KW) or (F, C, KH, KW).
        b: shared bias, shape (), with feature maps (F,).
        stride: by how much the filter moves, a whole number or a pair (rows, columns).
        padding: how many zeros stand around the image, a whole number or a pair.

    Returns:
        z, shape (..., H', W'), with feature maps (..., F, H', W').

    Raises:
        ValueError: if a shape or a dtype is wrong, or the filter is larger than the padded image.
    """
    w = filters(w)
    b = bias(b, w)
    a = images(a, w, padding)
    z = np.einsum(FORWARD[w.ndim], receptive_fields(a, w, stride, padding), w, optimize=True)
    return z + b[..., None, None]


@checks.underflow_is_zero
def backward(delta, w, stride=1, padding=0, shape=None):
    """Return ∂C/∂a_{p,q} = Σ_{l,m} w_{l,m} δ_{p-l,q-m}, for the layer below (BP5, BP5s).

    δ counts as 0 outside its map, so this is a cross-correlation of the padded δ with the
    filter rotated by 180°. With feature maps the sum runs over them too. With stride S and
    padding P it is Σ_{j,k} δ_{j,k} w_{p+P-Sj,q+P-Sk} (BP5s): δ is spread out, with S - 1 rows and
    columns of zeros between its own, and what belongs to the padding is cut off.

    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> w = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
    >>> conv.backward(delta, w)
    array([[ 1.,  0.,  2.,  0.],
           [ 3., -3.,  7., -4.],
           [ 0., -3.,  5., -2.]])
    >>> conv.backward(delta, w, stride=2, padding=(0, 1), shape=(5, 3))
    array([[ 0.,  2.,  0.],
           [-1.,  1.,  0.],
           [ 0.,  4.,  0.],
           [-3.,  3.,  2.],
           [ 0.,  0.,  0.]])

    Args:
        delta: ∂C/∂z, shape (..., H', W'), with feature maps (..., F, H', W').
        w: shared weights, shape (KH, KW), (F, KH, KW) or (F, C, KH, KW).
        stride: as in `forward`.
        padding: as in `forward`.
        shape: (H, W) of a, where the stride leaves it open; without it the smallest that fits.
            Rows and columns that no receptive field reached get 0.

    Returns:
        ∂C/∂a, shape (..., H, W), with channels (..., C, H, W).

    Raises:
        ValueError: if a shape or a dtype is wrong, or this δ cannot come from an a of that shape.
    """
    w = filters(w)
    delta = deltas(delta, w)
    around = receptive_fields(_spread(delta, w, stride, padding, shape), w)
    return np.einsum(BACKWARD[w.ndim], around, w[..., ::-1, ::-1], optimize=True)


@checks.underflow_is_zero
def nabla_b(delta, w):
    """Return the gradient of the shared bias, ∂C/∂b = Σ_{j,k} δ_{j,k}, summed over a batch (BP3).

    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> float(conv.nabla_b(delta, np.ones((2, 3))))
    2.0

    Args:
        delta: ∂C/∂z, shape (..., H', W'), with feature maps (..., F, H', W').
        w: the shared weights; their axes tell whether δ has an axis of maps, and of how many.

    Returns:
        ∂C/∂b, with the shape of b: (), with feature maps (F,).

    Raises:
        ValueError: if a shape or a dtype is wrong.
    """
    w = filters(w)
    delta = batches.as_one_axis(deltas(delta, w), min(w.ndim, 3))
    # Summed in float64: a float32 that has reached 2^24 stays there, however many 1s are added.
    return np.einsum(NABLA_B[w.ndim], delta, dtype=np.float64).astype(delta.dtype)


@checks.underflow_is_zero
def nabla_w(delta, a, w, stride=1, padding=0):
    """Return the gradient of the weights, ∂C/∂w_{l,m} = Σ_{j,k} δ_{j,k} a_{j+l,k+m} (BP4, BP4s).

    A batch is summed over. With stride S and padding P it is Σ_{j,k} δ_{j,k} a_{Sj+l-P,Sk+m-P}
    (BP4s).

    >>> a = np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]])
    >>> delta = np.array([[1.0, 0.0], [3.0, -2.0]])
    >>> conv.nabla_w(delta, a, np.ones((2, 3)))
    array([[-5.,  9.,  3.],
           [ 6.,  3., -1.]])

    Args:
        delta: ∂C/∂z, shape (..., H', W'), with feature maps (..., F, H', W').
        a: activations of the layer below, shape (..., H, W), with channels (..., C, H, W).
        w: the shared weights, used for their shape alone.
        stride: as in `forward`.
        padding: as in `forward`.

    Returns:
        ∂C/∂w, with the shape of w.

    Raises:
        ValueError: if a shape or a dtype is wrong, or δ does not belong to a.
    """
    w = filters(w)
    a, delta = images(a, w, padding), deltas(delta, w)
    same_layer(delta, a, w, stride, padding)
    delta = batches.as_one_axis(delta, min(w.ndim, 3))
    fields = receptive_fields(batches.as_one_axis(a, max(w.ndim - 1, 2)), w, stride, padding)
    return np.einsum(NABLA_W[w.ndim], delta, fields, optimize=True)


def size(length, kernel, stride=1, padding=0):
    """Return how many places a filter has along an axis, ⌊(H + 2P - K) / S⌋ + 1.

    >>> conv.size(28, 5), conv.size(28, 5, stride=2, padding=1)
    (24, 13)

    Args:
        length: rows, or columns, of the image, H.
        kernel: as many of the filter, K.
        stride: by how much the filter moves, S.
        padding: how many zeros stand at each end, P.

    Returns:
        An int, at least 1.

    Raises:
        ValueError: if one of them is no whole number, or the filter is larger than the padded
            image.
    """
    length, kernel = checks.whole("length", length, least=1), checks.whole("kernel", kernel, 1)
    stride, padding = checks.whole("stride", stride, least=1), checks.whole("padding", padding)
    if kernel > length + 2 * padding:
        checks.refuse("kernel", f"a whole number, at most {length + 2 * padding}", kernel)
    return _places(length, kernel, stride, padding)


def steps(stride, padding):
    """Return stride and padding as pairs (rows, columns), refused unless they can be that.

    >>> conv.steps(2, (0, 1))
    ((2, 2), (0, 1))
    >>> conv.steps(0, 0)
    Traceback (most recent call last):
        ...
    ValueError: stride: expected a whole number, at least 1, or a pair of such, got 0
    """
    return checks.one_or_two("stride", stride, least=1), checks.one_or_two("padding", padding)


def filters(w):
    """Return w as an array, refused unless it is a filter, or filters, of floats.

    >>> conv.filters(np.ones((2, 3))).shape
    (2, 3)
    >>> conv.filters(np.ones(5))
    Traceback (most recent call last):
        ...
    ValueError: w: expected shape (KH, KW), (F, KH, KW) or (F, C, KH, KW), got (5,)
    """
    w = checks.floats("w", w)
    if w.ndim not in FORWARD or 0 in w.shape:
        expected = "shape (KH, KW), (F, KH, KW) or (F, C, KH, KW)"
        checks.refuse("w", expected, checks.written(w.shape) if w.ndim else "()")
    return w


def images(a, w, padding=0):
    """Return a as an array, refused unless filters w fit on it with its padding.

    >>> conv.images(np.ones((4, 3)), np.ones((5, 2)))
    Traceback (most recent call last):
        ...
    ValueError: w: expected a filter no larger than the image (4, 3), got (5, 2)
    """
    a = checks.floats("a", a)
    if w.ndim == 4 and (a.ndim < 3 or a.shape[-3] != w.shape[1]):
        expected = f"shape (..., {w.shape[1]}, H, W) for w of shape {w.shape}"
        checks.refuse("a", expected, a.shape)
    _fits(a, w, checks.one_or_two("padding", padding))
    return a


def _fits(a, w, padding):
    if a.ndim < 2:
        checks.refuse("a", "shape (..., H, W)", a.shape)
    if w.ndim < 2 or 0 in w.shape[-2:]:
        checks.refuse("w", "shape (..., KH, KW)", w.shape)
    rows, columns = (n + 2 * zeros for n, zeros in zip(a.shape[-2:], padding, strict=True))
    if rows < w.shape[-2] or columns < w.shape[-1]:
        image = "padded image" if any(padding) else "image"
        checks.refuse("w", f"a filter no larger than the {image} {(rows, columns)}", w.shape[-2:])


def bias(b, w):
    """Return b as an array, refused unless it has a bias for each filter of w.

    >>> conv.bias(np.zeros(3), np.ones((2, 5, 5)))
    Traceback (most recent call last):
        ...
    ValueError: b: expected shape (2,), got (3,)
    """
    # A Python float takes w's dtype: a bias of 0.5 must not turn float32 into float64.
    b = np.asarray(b, w.dtype) if isinstance(b, float) else checks.floats("b", b)
    maps_first("w", w, b)
    checks.shape("b", b, w.shape[:1] if w.ndim > 2 else ())
    return b


def maps_first(name, w, b):
    """Refuse filters (KH, KW, C, F), as Keras and TensorFlow lay them out, if b tells them by F.

    >>> conv.maps_first("w", np.ones((5, 4, 1, 20)), np.zeros(20))
    Traceback (most recent call last):
        ...
    ValueError: w: expected shape (F, C, KH, KW), the feature maps first, got ...
    """
    if w.ndim == 4 and b.shape == w.shape[-1:] != w.shape[:1]:
        expected = "shape (F, C, KH, KW), the feature maps first"
        came = f"{w.shape} for {w.shape[-1]} biases; {name}.transpose(3, 2, 0, 1) moves them there"
        checks.refuse(name, expected, came)


def deltas(delta, w):
    """Return delta as an array, refused unless it has the maps of filters w.

    >>> conv.deltas(np.ones((3, 24, 24)), np.ones((2, 5, 5)))
    Traceback (most recent call last):
        ...
    ValueError: delta: expected shape (..., 2, H', W') for w of shape (2, 5, 5), got (3, 24, 24)
    """
    delta = checks.floats("delta", delta)
    if delta.ndim < 2 or 0 in delta.shape[-2:]:
        checks.refuse("delta", "shape (..., H', W')", delta.shape)
    if w.ndim > 2 and (delta.ndim < 3 or delta.shape[-3] != len(w)):
        expected = f"shape (..., {len(w)}, H', W') for w of shape {w.shape}"
        checks.refuse("delta", expected, delta.shape)
    return delta


def same_layer(delta, a, w, stride=1, padding=0):
    """Refuse delta unless it has the batch axes of a and the rows and columns that w leaves.

    >>> conv.same_layer(np.ones((24, 23)), np.ones((28, 26)), np.ones((5, 5)))
    Traceback (most recent call last):
        ...
    ValueError: delta: expected shape (24, 22), got (24, 23)
    """
    places = map(_places, a.shape[-2:], w.shape[-2:], *steps(stride, padding))
    batch = a.shape[: a.ndim - max(w.ndim - 1, 2)]
    maps = w.shape[:1] if w.ndim > 2 else ()
    checks.shape("delta", delta, (*batch, *maps, *places))


def image_shape(delta, w, stride=1, padding=0, shape=None):
    """Return (H, W) of the a that delta comes from: the smallest that fits, or `shape` if it does.

    >>> conv.image_shape(np.ones((3, 4)), np.ones((3, 2)), stride=2)
    (7, 8)
    >>> conv.image_shape(np.ones((3, 4)), np.ones((3, 2)), stride=2, shape=(8, 10))
    Traceback (most recent call last):
        ...
    ValueError: shape: expected (H, W) that leaves (3, 4) places to the filter, got (8, 10), ...
    """
    places, kernel, (stride, padding) = delta.shape[-2:], w.shape[-2:], steps(stride, padding)
    if shape is not None:
        shape = checks.pair("shape", shape, "(H, W)")
        left = tuple(map(_places, shape, kernel, stride, padding))
        if left != places:
            came = f"{shape}, which leaves {left}"
            checks.refuse("shape", f"(H, W) that leaves {places} places to the filter", came)
        return shape
    axes = zip(places, kernel, stride, padding, strict=True)
    found = tuple(max(1, (n - 1) * by + k - 2 * zeros) for n, k, by, zeros in axes)
    if tuple(map(_places, found, kernel, stride, padding)) != places:  # all of it is padding
        checks.refuse("delta", f"as many places as an image leaves to a filter {kernel}", places)
    return found


def _places(length, kernel, stride, padding):
    """How many places a filter has along an axis; none, or fewer, where it is too large."""
    return (length + 2 * padding - kernel) // stride + 1


def _spread(delta, w, stride, padding, shape):
    """δ with stride - 1 zeros between its entries, on the grid that the rotated filter sees."""
    (rows, columns), (l, m) = image_shape(delta, w, stride, padding, shape), w.shape[-2:]
    (down, right), (above, left) = steps(stride, padding)
    full = rows + 2 * above + l - 1, columns + 2 * left + m - 1
    grid = np.zeros((*delta.shape[:-2], *full), delta.dtype)
    j, k = (n * by for n, by in zip(delta.shape[-2:], (down, right), strict=True))
    grid[..., l - 1 : l - 1 + j : down, m - 1 : m - 1 + k : right] = delta
    return grid[..., above : full[0] - above, left : full[1] - left]
