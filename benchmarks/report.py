"""The results of the benchmark as a page and as a picture, and on what machine they came about."""

import os
import platform
import time
from importlib import metadata

import numpy as np
from contenders import CORES

# Whom ours is compared with: of these the best.
RIVALS = {
    "best PyTorch": ("PyTorch",),
    "best JAX, plain convolution": ("JAX jit", "JAX scan"),
    "best JAX, our tiles": ("JAX jit, our tiles", "JAX scan, our tiles"),
}
#: What is aimed at: what, net, maps, mini-batches, whose time over ours, and at least how many.
AIMS = (
    ("step", "book", 1, (1,), "JAX", 3),
    ("step", "book", 1, (1,), "PyTorch", 50),
    ("step", "book", 1, (10,), "JAX", 1.8),
    ("step", "book", 1, (32, 128, 1024), "JAX", 3),
    ("step", "book", 1, (10,), "PyTorch", 8),
    ("step", "book", 1, (32, 128, 1024), "PyTorch", 5),
    ("forward", "book", 1, (1, 10, 32, 128, 1024), "", 1.2),
    ("forward", "book", 20, (1, 10, 32, 128, 1024), "", 1),
    ("step", "book", 20, (1, 10, 32, 128, 1024), "PyTorch", 2.5),
    ("step", "book", 20, (1, 10, 32, 128, 1024), "JAX", 1.3),
    ("step", "deep", None, (1, 10), "PyTorch", 2),
    ("step", "deep", None, (32,), "PyTorch", 1.5),
    ("step", "deep", None, (128,), "PyTorch", 1.2),
    ("step", "deep", None, (1, 10, 32, 128), "JAX", 1),
)
#: At most how many times its limit ours takes in a mini-batch of 128.
LIMITS = (("book", 1, 6), ("book", 20, 3.5), ("deep", None, 3.5))


def of(rows, **wanted):
    """Return the rows that have all these values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def ratios(rows):
    """Return {rival: {batch: its time over that of ours}} for rows of one table.

    And, under "ours / limit", how many times the limit ours takes.
    """
    table = {}
    for ours in of(rows, ours=True):
        batch, took = ours["batch"], ours["us_per_step"]
        for rival, names in RIVALS.items():
            times = [
                row["us_per_step"]
                for row in of(rows, batch=batch)
                if row["contender"] in names
                or (names == ("PyTorch",) and row["contender"].startswith(names))
            ]
            if times:
                table.setdefault(rival, {})[batch] = min(times) / took
        table.setdefault("ours / limit", {})[batch] = took / ours["limit_us"]
    return table


def aims(rows, dtype="float32"):
    """Return a line for each aim that the rows say something of: what was aimed at, what is."""
    lines = []
    for what, net, maps, batches, rival, least in AIMS:
        some = of(rows, what=what, net=net, maps=maps, dtype=dtype)
        for batch in batches:
            times = [r["us_per_step"] for r in of(some, batch=batch) if _is_rival(r, rival)]
            for ours in of(some, batch=batch, ours=True) if times else ():
                ratio = min(times) / ours["us_per_step"]
                name = rival or "every rival"
                lines.append((what, net, maps, batch, f"{name} / ours", "≥", least, ratio))
    for net, maps, most in LIMITS:
        where = {"what": "step", "net": net, "maps": maps, "dtype": dtype, "batch": 128}
        for ours in of(rows, **where, ours=True):
            ratio = ours["us_per_step"] / ours["limit_us"]
            lines.append(("step", net, maps, 128, "ours / limit", "≤", most, ratio))
    return lines


def _is_rival(row, name):
    return row["contender"].startswith(name or ("PyTorch", "JAX"))


def aims_table(rows):
    """Return the aims as lines of Markdown, each with whether it was reached."""
    lines = ["| | network | mini-batch | | aim | measured | |", "|---|---|---:|---|---:|---:|---|"]
    for what, _, maps, batch, name, sign, aim, ratio in aims(rows):
        reached = ratio >= aim if sign == "≥" else ratio <= aim
        verdict = "reached" if reached else "**missed**"
        network = "deep" if maps is None else f"book, {_maps(maps)}"
        cells = (what, network, batch, name, f"{sign} {aim:g}", f"{ratio:.2f}", verdict)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def _maps(number):
    return "one map" if number == 1 else f"{number} maps"


def page(rows, sentences):
    """Return the results as Markdown: a table for each network, precision and pass; the aims."""
    parts = ["# Results", "", *sentences, ""]
    keys = dict.fromkeys((row["net"], row["dtype"], row["what"], row["maps"]) for row in rows)
    for net, dtype, what, maps in keys:
        some = of(rows, net=net, dtype=dtype, what=what, maps=maps)
        title = {"step": "one step", "forward": "the forward pass alone"}[what]
        number = "the deep network" if net == "deep" else _maps(maps)
        parts += [f"## {number}, {title}, {dtype}", "", *_table(some), ""]
    return "\n".join([*parts, "## What was aimed at, in float32", "", *aims_table(rows), ""])


def _table(rows):
    batches = sorted({row["batch"] for row in rows})
    lines = [
        "| µs a mini-batch of | " + " | ".join(map(str, batches)) + " |",
        "|---|" + "---:|" * len(batches),
    ]
    for name in dict.fromkeys(row["contender"] for row in rows):
        found = {row["batch"]: row for row in of(rows, contender=name)}
        cells = [_time(found[batch]) if batch in found else "" for batch in batches]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    bound = {row["batch"]: f"{row['limit_us']:,.1f}" for row in rows}
    lines.append("| limit | " + " | ".join(bound[batch] for batch in batches) + " |")
    for rival, found in ratios(rows).items():
        name = rival if "/" in rival else f"{rival} / ours"
        cells = [f"{found[batch]:.1f}×" if batch in found else "" for batch in batches]
        lines.append(f"| **{name}** | " + " | ".join(cells) + " |")
    return lines


def _time(row):
    digits = 0 if row["us_per_step"] >= 100 else 1
    time = f"{row['us_per_step']:,.{digits}f} ± {row['spread'] / 2:,.{digits}f}"
    return f"**{time}**" if row["ours"] else time


def plot(rows, dtype="float32"):
    """Return a Figure: the time of a step an image, over the size of the mini-batch."""
    from matplotlib.figure import Figure

    steps = of(rows, what="step", dtype=dtype)
    many = list(dict.fromkeys(row["maps"] for row in steps))
    figure = Figure(figsize=(4 + 4 * len(many), 5.2), layout="constrained")
    axes = figure.subplots(1, len(many), squeeze=False)[0]
    names = list(dict.fromkeys(row["contender"] for row in steps))
    for ax, maps in zip(axes, many, strict=True):
        for number, name in enumerate(names):
            some = of(steps, maps=maps, contender=name)
            style = {"marker": "osv^D<>Pp*X"[number % 11], "color": f"C{number % 10}"}
            width = 3 if name in ("fast", "compiled") else 1.2
            ax.plot(*_an_image(some, "us_per_step"), label=name, linewidth=width, **style)
        bound = of(steps, maps=maps, contender="fast")
        ax.plot(*_an_image(bound, "limit_us"), "k--", label="limit of the machine")
        ax.set(xscale="log", yscale="log", xlabel="images a mini-batch")
        ax.set_title(f"{'the deep network' if maps is None else _maps(maps)}, {dtype}")
        ax.set_xticks(sorted({row["batch"] for row in bound}), minor=False)
        ax.xaxis.set_major_formatter("{x:.0f}")
        ax.xaxis.minorticks_off()
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("time of a step, µs an image")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper")
    return figure


def _an_image(rows, key):
    batches = np.array([row["batch"] for row in rows])
    return batches, np.array([row[key] for row in rows]) / batches


class Watch:
    """How busy others keep the machine, from now on, where the system tells (Linux)."""

    def __init__(self):
        self.busy, self.own, self.begun = _busy_seconds(), _own_seconds(), time.time()

    def sentences(self, missing, command):
        """Return what must be known of a run to read its figures."""
        seconds = time.time() - self.begun
        names = ("numpy", "numba", "torch", "jax")
        versions = ", ".join(f"{name} {v}" for name in names if (v := _version(name)))
        lines = [
            f"Written by `{command}` on "
            f"{time.strftime('%Y-%m-%d')}, in {seconds / 60:.0f} minutes: {_processor()}, "
            f"{CORES} cores; Python {platform.python_version()}, {versions}."
        ]
        if self.busy is not None:
            others = _busy_seconds() - self.busy - (_own_seconds() - self.own)
            share = max(0.0, others) / seconds / CORES
            lines.append(
                f"Other processes took {share:.0%} of the cores meanwhile"
                + (": **the machine was not quiet**." if share > 0.05 else ".")
            )
        lines += [f"{line}." for line in missing]
        return [part for line in lines for part in (line, "")] + [
            "Medians of a step in µs, ± half the range between the quartiles; in bold ours, as "
            '`engine="auto"` chooses it. How it is measured and what the names mean: '
            "[README.md](README.md)."
        ]


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.machine()


def _busy_seconds():
    """Return the seconds that all cores together have worked, or None."""
    try:
        with open("/proc/stat", encoding="utf-8") as lines:
            user, nice, system, _, _, irq, soft, *_ = map(int, lines.readline().split()[1:])
    except OSError:
        return None
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _own_seconds():
    return sum(os.times()[:4])
