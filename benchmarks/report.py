"""The results of the benchmark as a page and as a picture, and on what machine they came about."""

import os
import platform
import time
from importlib import metadata

import numpy as np
from contenders import CORES

# Whom the fast step is compared with: of these the best.
RIVALS = {
    "best PyTorch": ("PyTorch",),
    "best JAX, plain convolution": ("JAX jit", "JAX scan"),
    "best JAX, our tiles": ("JAX jit, our tiles", "JAX scan, our tiles"),
}


def of(rows, **wanted):
    """Return the rows that have all these values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def ratios(rows):
    """Return {rival: {batch: its time over that of the fast step}} for rows of one table.

    And, under "fast / limit", how many times the limit the fast step takes.
    """
    table = {}
    for fast in of(rows, contender="fast"):
        batch, took = fast["batch"], fast["us_per_step"]
        for rival, names in RIVALS.items():
            times = [
                row["us_per_step"]
                for row in of(rows, batch=batch)
                if row["contender"] in names
                or (names == ("PyTorch",) and row["contender"].startswith(names))
            ]
            if times:
                table.setdefault(rival, {})[batch] = min(times) / took
        table.setdefault("fast / limit", {})[batch] = took / fast["limit_us"]
    return table


def page(rows, sentences):
    """Return the results as Markdown: a table for each precision, number of maps and pass."""
    parts = ["# Results", "", *sentences, ""]
    keys = dict.fromkeys((row["dtype"], row["what"], row["maps"]) for row in rows)
    for dtype, what, maps in keys:
        some = of(rows, dtype=dtype, what=what, maps=maps)
        title = {"step": "one step", "forward": "the forward pass alone"}[what]
        number = "one map" if maps == 1 else f"{maps} maps"
        parts += [f"## {number}, {title}, {dtype}", "", *_table(some), ""]
    return "\n".join(parts)


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
        name = rival if "/" in rival else f"{rival} / fast"
        cells = [f"{found[batch]:.1f}×" if batch in found else "" for batch in batches]
        lines.append(f"| **{name}** | " + " | ".join(cells) + " |")
    return lines


def _time(row):
    digits = 0 if row["us_per_step"] >= 100 else 1
    return f"{row['us_per_step']:,.{digits}f} ± {row['spread'] / 2:,.{digits}f}"


def plot(rows, dtype="float32"):
    """Return a Figure: the time of a step an image, over the size of the mini-batch."""
    from matplotlib.figure import Figure

    steps = of(rows, what="step", dtype=dtype)
    many = sorted({row["maps"] for row in steps})
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    axes = figure.subplots(1, len(many), sharey=True, squeeze=False)[0]
    names = list(dict.fromkeys(row["contender"] for row in steps))
    for ax, maps in zip(axes, many, strict=True):
        for number, name in enumerate(names):
            some = of(steps, maps=maps, contender=name)
            style = {"marker": "osv^D<>Pp*X"[number % 11], "color": f"C{number % 10}"}
            width = 3 if name == "fast" else 1.2
            ax.plot(*_an_image(some, "us_per_step"), label=name, linewidth=width, **style)
        bound = of(steps, maps=maps, contender="fast")
        ax.plot(*_an_image(bound, "limit_us"), "k--", label="limit of the machine")
        ax.set(xscale="log", yscale="log", xlabel="images a mini-batch")
        ax.set_title(f"{maps} feature map{'s' * (maps > 1)}, {dtype}")
        ax.set_xticks(sorted({row["batch"] for row in steps}), minor=False)
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

    def sentences(self, missing, quick):
        """Return what must be known of a run to read its figures."""
        seconds = time.time() - self.begun
        names = ("numpy", "torch", "jax")
        versions = ", ".join(f"{name} {v}" for name in names if (v := _version(name)))
        lines = [
            f"Written by `make {'bench-quick' if quick else 'bench'}` on "
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
            "Medians of a step in µs, ± half the range between the quartiles. How it is measured "
            "and what the names mean: [README.md](README.md)."
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
