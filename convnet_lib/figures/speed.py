"""Pictures of times: how fast a step is, and what holds it back."""

import numpy as np

from .. import checks
from .picture import ACCENT, FULL_WIDTH, NARROW, OUTLINE, SMALL, Picture, with_own_settings


@with_own_settings
def ladder(times, limit):
    """Return a picture of what each of several ways to do the same work takes, on a log scale.

    >>> from convnet_lib import figures
    >>> figures.ladder({"loops": 25_000, "einsum": 120}, limit=4).alt
    'Bars of the time that each way takes, in µs: loops 25,000; einsum 120. The limit is 4.'

    Args:
        times: {name: microseconds}, the first at the top.
        limit: the microseconds below which none can come.

    Returns:
        A Picture: a bar a name, and the limit as a line.
    """
    if not times:
        checks.refuse("times", "at least one time", "none")
    written = [f"{time:,.3g}" if time < 100 else f"{time:,.0f}" for time in times.values()]
    said = "; ".join(f"{name} {text}" for name, text in zip(times, written, strict=True))
    alt = f"Bars of the time that each way takes, in µs: {said}. The limit is {limit:.2g}."
    picture = Picture(7.4, 0.9 + 0.34 * len(times), alt)
    ax = picture.subplots()
    places = np.arange(len(times))
    ax.barh(places, list(times.values()), 0.62, color="0.55")
    for place, time, text in zip(places, times.values(), written, strict=True):
        ax.text(1.12 * time, place, text, va="center")
    ax.axvline(limit, color=OUTLINE, linestyle="--", label=f"limit {limit:.2g}")
    ax.set(xscale="log", xlabel="µs a digit", yticks=places, yticklabels=list(times))
    ax.set_xlim(0.6 * limit, 4 * max(times.values()))
    ax.invert_yaxis()
    ax.legend(loc="lower right")
    return picture


@with_own_settings
def roofline(roofs, points):
    """Return a picture of how much a machine can compute, and where pieces of work stand below.

    Work that computes little with each byte is held back by the memory (the slope on the left),
    other work by the arithmetic (the flat roof on the right).

    >>> from convnet_lib import figures
    >>> figures.roofline({"a core": (4e10, 1e10)}, {"BP4": (2.0, 1.5e10)}).alt
    'Roofs: a core 40 Gflop/s, 10 GB/s. Points: BP4 15 Gflop/s at 2 flops a byte.'

    Args:
        roofs: {name: (flops a second, bytes a second)}, the two rates of a machine.
        points: {name: (flops a byte, flops a second)}, a piece of work each.

    Returns:
        A Picture on log scales, in Gflop/s.
    """
    machines = (
        f"{name} {f / 1e9:.3g} Gflop/s, {b / 1e9:.3g} GB/s" for name, (f, b) in roofs.items()
    )
    works = (
        f"{name} {y / 1e9:.3g} Gflop/s at {x:.2g} flops a byte" for name, (x, y) in points.items()
    )
    picture = Picture(FULL_WIDTH, 4.0, f"Roofs: {'; '.join(machines)}. Points: {'; '.join(works)}.")
    ax = picture.subplots()
    x = np.geomspace(0.03, 300, 200)
    for (name, (flops, memory)), style in zip(roofs.items(), ("-", "--", ":"), strict=False):
        ax.plot(x, np.minimum(flops, memory * x) / 1e9, style, color="k", label=name)
    for n, (name, (across, up)) in enumerate(points.items()):
        ax.plot(across, up / 1e9, "osv^Dx*P"[n % 8], color=OUTLINE, markersize=7)
        ax.annotate(name, (across, up / 1e9), (9, -10), textcoords="offset points", fontsize=SMALL)
    ax.set(xscale="log", yscale="log", xlabel="flops a byte", ylabel="Gflop/s")
    ax.legend(loc="upper left")
    return picture


@with_own_settings
def shared_work(sizes, alone, shared, names=("one machine", "shared out")):
    """Return a picture of what a digit takes alone and shared out, against the mini-batch.

    >>> from convnet_lib import figures
    >>> alone, shared = np.array([9.0, 5.0, 5.0]), np.array([90.0, 9.0, 3.0])
    >>> figures.shared_work(np.array([10, 100, 1000]), alone, shared).alt
    'Time a digit against the size of the mini-batch; shared out is quicker from 1,000 digits on.'

    Args:
        sizes: of mini-batches, shape (N,), rising.
        alone: microseconds a digit on one machine, shape (N,).
        shared: microseconds a digit on several, shape (N,).
        names: of the two.

    Returns:
        A Picture on log scales; a line marks the size from which sharing is quicker, if any is.
    """
    sizes, alone, shared = (
        checks.finite(name, np.asarray(x, float))
        for name, x in (("sizes", sizes), ("alone", alone), ("shared", shared))
    )
    quicker = np.flatnonzero(np.asarray(shared) < alone)
    first = float(f"{sizes[quicker[0]]:.2g}") if quicker.size else np.nan
    said = f"from {first:,.0f} digits on" if quicker.size else "at no size shown"
    alt = f"Time a digit against the size of the mini-batch; {names[1]} is quicker {said}."
    picture = Picture(NARROW, 2.9, alt)
    ax = picture.subplots()
    ax.plot(sizes, alone, color="k", label=names[0])
    ax.plot(sizes, shared, "--", color=OUTLINE, label=names[1])
    if quicker.size:
        ax.axvline(sizes[quicker[0]], color=ACCENT, linestyle=":", label=said)
    ax.set(xscale="log", yscale="log", xlabel="digits in a mini-batch", ylabel="µs a digit")
    ax.legend()
    return picture
