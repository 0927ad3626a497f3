"""How long a reader waits: from key or pointer to the changed picture painted, for every control
of the figures, and from the pointer's move to the highlight; in JupyterLab with a kernel, and on a
page without one. And how a network learns in a page: digits and frames a second, and the longest
time that the page is held up.

Run by `make bench-widgets`. On a machine that has other things to do, measure a part at a time,
several times, and take the least median:

    python benchmarks/widgets.py gallery output                 these figures alone
    python benchmarks/widgets.py gallery --only image           one control
    python benchmarks/widgets.py --where with --rounds 3        with a kernel, three times each
    python benchmarks/widgets.py playground                     digits a second

The clock is the browser's own: from the time stamp of the input event to the first moment after the
frame in which the canvas was drawn, or the picture decoded.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/browser", "tests", "tools", "site")]

import browsing  # noqa: E402
import driver  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from convnet_lib.widgets.explore import DRAW_AHEAD  # noqa: E402

PRESSES = 40
PAUSE = 120  # ms between key presses, as a hand makes them
FRAME = 17  # ms
HOVERS = 200
SETUP = """
import numpy as np
from convnet_lib import ConvNet, activations, conv, data, figures, pool, training, widgets
test = data.load_digits().test
images, labels = test.images[[3, 205, 610]], test.labels[[3, 205, 610]]
w1 = np.random.default_rng(0).normal(size=(5, 5)) / 2
a1 = activations.sigmoid(conv.forward(images, w1, -0.3))
net = ConvNet.random(seed=1)
nets = [ConvNet.random(20, seed=seed) for seed in range(5)]
run = training.measured(nets, data.Digits(images, labels))

def row(digit):
    forward = net.feedforward(test.images[digit])
    return figures.row(("$a^0$", test.images[digit], "activation"), ("$z^1$", forward.z1))

def inside(digit, epoch, map):
    a0, y = images[digit], wanted[digit]
    found = nets[epoch].backprop(a0, y, "cross_entropy")
    a1 = nets[epoch].feedforward(a0).a1[map]
    return figures.row(
        ("digit", a0, "activation"),
        (f"$w^1$, epoch {epoch}", nets[epoch].w1[map]),
        ("$a^1$, winners outlined", a1, "activation", pool.winners(a1)),
        (f"$δ^1$, largest {np.abs(found.delta1[map]).max():.3f}", found.delta1[map]),
    )

wanted = data.one_hot(labels)
here = widgets.in_page(inside, "inside", images=images, y=wanted, one=nets, twenty=nets)
"""
FIGURES = {
    "convolution": "widgets.convolution(images[0], w1, -0.3)",
    "pooling": "widgets.pooling(a1)",
    "output": "widgets.output(pool.forward(a1), net.w3, net.b3, data.one_hot(labels))",
    "backpropagation": "widgets.backpropagation(net, images, data.one_hot(labels))",
    "training_film": "widgets.training_film(run, images, labels)",
    "gallery": "widgets.gallery(nets[0], images)",
    # A row of grids, one that a page computes by the longest of the recipes, and any other picture.
    "explore": "widgets.explore(row, digit=(0, 20))",
    "recipe": "widgets.explore(here, digit=(0, 2), epoch=(0, 4), map=list(range(20)))",
    "picture": "widgets.explore(figures.cost_curves, z=(-8.0, 8.0, 0.25), y=[1, 0])",
}
# What learns while one watches: the button that begins, and the digits a second that are aimed at
# (the heart takes some ten steps a second of one digit, and is to be smooth).
LEARNING = {
    "playground": ("widgets.playground(maps=1)", "Play", 5000),
    "backpropagation, Train": (FIGURES["backpropagation"], "Train", 8),
}
WATCHED = 5  # s
FRAMES, HELD_UP = 30, 50  # a second, at least; ms, at most
# Over which grids the pointer goes, from cell to cell and in turn, and where cells are outlined.
HOVERED = {
    "convolution": [(["z1"], "a0")],
    "pooling": [(["a1"], "all")],
    "output": [(["neuron 3"], "w3")],
    # Of two neurons of a window whose gates are shut nothing differs but their own outlines.
    "backpropagation": [(["delta1"], "delta1"), (["z1"], "a0")],
    "training_film": [(["a1"], "a0")],
    "gallery": [(["map 3"], "a0"), (["map 2", "map 3"], "a1")],
    "explore": [(["panel1"], "panel1")],
    "recipe": [(["panel3"], "panel3")],
    "picture": [],
}
# The controls: how it is called, the grid that is drawn anew, and how it is moved.
CONTROLS = {
    "convolution": [
        ("bias", "z1", ("slide", "Bias b 1")),
        ("filter", "z1", ("choose", "Filter", ["blur", "identity"])),
        ("weight, by key", "z1", ("press", "w1", ["+", "-"])),
        ("weight, dragged", "z1", ("drag", "w1")),
        ("pad", "a0", ("drag", "a0")),
    ],
    "pooling": [("image", "a2", ("choose", "Image", ["1", "2"]))],
    "output": [("image", "neuron 3", ("choose", "Image", ["1", "2"]))],
    "backpropagation": [
        ("image", "delta1", ("check", "Image", ["1", "2"])),
        ("label", "delta1", ("check", "Label", ["1", "2"])),
        ("cost", "delta1", ("choose", "Cost", ["cross_entropy", "quadratic"])),
        ("ties", "nabla_a1", ("choose", "Ties", ["split", "first"])),
        ("one step", "delta1", ("click", "One step")),
        ("ten steps", "delta1", ("click", "10 steps")),
        ("what if, by key", "z1", ("press", "w1", ["+", "-"])),
        ("what if, dragged", "z1", ("drag", "w1")),
    ],
    "training_film": [
        ("epoch", "a1", ("slide", "Epoch")),
        ("image", "a1", ("choose", "Image", ["1", "2"])),
        ("map", "a1", ("choose", "Map", ["1", "2"])),
    ],
    "gallery": [
        ("image", "map 3", ("choose", "Image", ["1", "2"])),
        ("kind of maps", "map 3", ("choose", "Maps show", ["weighted inputs", "activations"])),
    ],
    "explore": [("digit", "panel1", ("slide", "digit"))],
    "recipe": [
        ("epoch", "panel3", ("slide", "epoch")),
        ("map", "panel3", ("choose", "map", ["3", "7"])),
    ],
    "picture": [("z", None, ("slide", "z"))],
}
# Median and 95 % in ms: what the engine answers; what was drawn ahead; what Python draws.
ENGINE, AHEAD, PYTHON = (20, 34), (34, 34), (150, float("inf"))
HOVER = (34, 34)


def aims(name, where):
    """Return what is aimed at for the controls of a figure."""
    if where == "with a kernel" and name in ("explore", "recipe", "picture"):
        return PYTHON
    return AHEAD if name in ("explore", "picture") else ENGINE


# A canvas is cleared when it is drawn anew. A message posted from the next frame arrives once
# that frame has been handed on to be painted.
CLOCK = """
([selector, layer, type]) => {
  const clock = (window.clock = { begun: null, times: [] });
  window.addEventListener(type, (event) => { clock.begun = event.timeStamp; }, true);
  const stop = () => {
    if (clock.begun === null) return;
    const begun = clock.begun;
    clock.begun = null;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => clock.times.push(performance.now() - begun);
    port2.postMessage(null);
  };
  const image = document.querySelector("img.cn-picture");
  if (image) {
    const shown = () => image.decode().then(() => requestAnimationFrame(stop));
    new MutationObserver(shown).observe(image, { attributeFilter: ["src"] });
    return;
  }
  const canvas = document.querySelector(selector).querySelectorAll("canvas")[layer];
  const pen = canvas.getContext("2d");
  const clear = pen.clearRect.bind(pen);
  pen.clearRect = (...box) => {
    clear(...box);
    stop();
  };
}
"""


def pause(page, i, least):
    """Wait as long as a hand does. It knows nothing of frames: moves fall anywhere in one."""
    page.wait_for_timeout(least + 7 * i % FRAME)


def measure(page, selector, layer, event, act, n):
    """Return n times in ms between an event and the canvas that it changes."""
    page.evaluate(CLOCK, [selector, layer, event])
    for i in range(n):
        act(i)
        page.wait_for_function(f"window.clock.times.length > {i}", timeout=5000)
    return page.evaluate("window.clock.times")


def control_to_picture(page, live, grid, way, target, values=()):
    """A control is moved, the engine computes, and the map of a grid is drawn."""
    if way == "drag":
        return dragged_to_picture(page, live, grid, target)
    if way == "slide":
        live.root.get_by_label(target, exact=True).focus()
    elif way == "press":
        live.grid(target).focus()

    def act(i):
        pause(page, i, PAUSE)
        if way == "slide":
            page.keyboard.press(("ArrowRight", "ArrowLeft")[i // 4 % 2])
        elif way == "press":
            page.keyboard.press(values[i % 2])
        elif way == "check":
            radio = live.root.get_by_role("radio", name=f"{target} {values[i % 2]}", exact=True)
            radio.check(force=True)
        elif way == "choose":
            menu = live.root.get_by_role("combobox", name=target, exact=True)
            menu.select_option(values[i % 2])
        else:
            live.root.get_by_role("button", name=target, exact=True).click()

    event = {"choose": "change", "check": "change", "click": "click"}.get(way, "keydown")
    return measure(page, f'[data-grid="{grid}"]', 0, event, act, PRESSES)


def dragged_to_picture(page, live, grid, target):
    """The pointer drags over a grid: a weight up and down, or a pen over paper."""
    if target == "a0":
        live.root.get_by_role("button", name="Draw on the input").click()
    row, columns = 1, live.shape(target)[1]
    places = [live.place(target, row, column) for column in range(columns)]
    page.mouse.move(*places[0])
    page.mouse.down()

    def act(i):
        pause(page, i, 30)
        # A pen goes on along the row, where there is no ink yet; a weight goes up and down.
        x, y = places[2 * i + 2] if target == "a0" else places[0]
        page.mouse.move(x, y + (0 if target == "a0" else 10 + 10 * (i % 2)))

    n = columns // 2 - 1 if target == "a0" else PRESSES
    times = measure(page, f'[data-grid="{grid}"]', 0, "pointermove", act, n)
    page.mouse.up()
    return times


def hover_to_highlight(page, live, grids, outlined):
    """The pointer goes over grids, and what each cell is linked to is outlined."""
    rows, columns = live.shape(grids[0])
    for grid in grids:
        live.place(grid, 0, 0)  # brings it into sight
    corners = [live.place(grid, 0, 0) for grid in grids]
    right, down = (b - a for a, b in zip(corners[0], live.place(grids[0], 1, 1), strict=True))

    def act(i):
        (x, y), cell = corners[i % len(grids)], i // len(grids)
        page.mouse.move(x + right * (cell % columns), y + down * (cell // columns % rows))

    act(-1)
    live.frame()
    # From grid to grid it is the same cell that is outlined, of another map.
    layer = 1 if len(grids) == 1 else 0
    return measure(page, f'[data-grid="{outlined}"]', layer, "pointermove", act, HOVERS)


def report(name, times, median, p95):
    """Print what was measured beside what is aimed at; return whether it is reached."""
    times = sorted(times)
    got = statistics.median(times), times[int(0.95 * len(times))]
    print(
        f"{name}: median {got[0]:.1f} ms (at most {median}), 95 % {got[1]:.1f} ms (at most {p95}), "
        f"n = {len(times)}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return got[0] <= median and got[1] <= p95


def measure_page(name, where, page, only):
    """Measure a figure that is open; return whether all its aims are reached."""
    page.wait_for_timeout(1500)
    live = driver.Live(page, page.locator(".cn-figure"))
    more, good = live.root.locator("details.bp-more"), []
    for control, grid, how in CONTROLS[name]:
        if only in (None, control):
            more.evaluate_all("all => all.forEach((details) => { details.open = true; })")
            times = control_to_picture(page, live, grid, *how)
            good.append(report(f"{name}, {where}, {control}", times, *aims(name, where)))
    for grids, outlined in HOVERED[name]:
        if only in (None, "hover"):
            times = hover_to_highlight(page, live, grids, outlined)
            good.append(report(f"{name}, {where}, hover on {', '.join(grids)}", times, *HOVER))
    page.close()
    return all(good)


# Frames that were painted, and tasks that kept the page from painting or hearing anything.
WATCH = """
(seconds) => new Promise((done) => {
  const frames = [];
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  });
  observer.observe({ entryTypes: ["longtask"] });
  const begun = performance.now();
  const frame = (now) => {
    frames.push(now);
    if (now - begun < 1000 * seconds) requestAnimationFrame(frame);
    else done([frames.length / seconds, Math.max(0, ...tasks)]);
  };
  requestAnimationFrame(frame);
})
"""


def learning(name, folder, new_page):
    """A network learns in a page for some seconds; return whether the aims are reached."""
    made, button, digits = LEARNING[name]
    page = opened(made, Path(folder) / "learning.html", new_page)
    page.wait_for_timeout(1500)
    page.get_by_role("button", name=re.compile(f"{button}$")).first.click()
    page.wait_for_timeout(1000)
    before = seen(page, name)
    frames, held_up = page.evaluate(WATCH, WATCHED)
    rate = (seen(page, name) - before) / WATCHED
    page.close()
    print(
        f"{name}: {rate:,.0f} digits a second (at least {digits:,}), {frames:.0f} frames a second "
        f"(at least {FRAMES}), held up for {held_up:.0f} ms at most (at most {HELD_UP}; less than "
        f"50 counts as 0), load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return rate >= digits and frames >= FRAMES and held_up <= HELD_UP


def seen(page, name):
    """Return how many digits a figure has learnt from."""
    if name == "playground":
        return int(page.locator("[data-value=seen]").first.inner_text())
    text = page.locator(".bp-history").inner_text()
    return int(text.split("after ")[1].split()[0].replace(",", ""))


def opened(made, path, new_page):
    """Return a page of its own with a figure, made by an expression."""
    names = {}
    os.environ[DRAW_AHEAD] = "1"
    exec(f"{SETUP}\nfigure = {made}", names)
    driver.write_page(path, [names["figure"]], in_the_book=True)
    page = new_page()
    page.goto(path.as_uri())
    page.locator(".cn-figure").wait_for()
    return page


def with_kernel(name, folder, address, new_page, only):
    """Open a figure in JupyterLab and measure it."""
    driver.write_notebook(Path(folder) / f"{name}.ipynb", SETUP + FIGURES[name])
    page = new_page()
    driver.run_all(page, address(f"{name}.ipynb"))
    page.locator(".cn-figure").wait_for(timeout=60_000)
    return measure_page(name, "with a kernel", page, only)


def without_kernel(name, folder, new_page, only):
    """Open a figure on a page of its own and measure it."""
    page = opened(FIGURES[name], Path(folder) / f"{name}.html", new_page)
    return measure_page(name, "without", page, only)


def asked_for(arguments):
    """Read what is to be measured."""
    parser = argparse.ArgumentParser(
        description="Time the figures, from key or pointer to picture."
    )
    parser.add_argument("figures", nargs="*", help=", ".join([*FIGURES, *LEARNING]))
    parser.add_argument("--only", help="a control by its name here, or hover")
    parser.add_argument("--where", choices=("with", "without"), help="a kernel")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args(arguments)
    if unknown := set(asked.figures) - set(FIGURES) - set(LEARNING):
        parser.error(f"no figure: {', '.join(sorted(unknown))}")
    return asked


def main(asked):
    """Measure figures; return 0 if all aims are reached."""
    with (
        tempfile.TemporaryDirectory() as folder,
        driver.jupyter_lab(folder) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=os.environ["CONVNET_BROWSER"], args=browsing.OPTIONS
        )

        def new_page():
            return browser.new_page(viewport={"width": 1400, "height": 1000})

        good = []
        for name in asked.rounds * (asked.figures or [*FIGURES, *LEARNING]):
            if name in LEARNING:
                good.append(learning(name, folder, new_page))
                continue
            if asked.where != "with":
                good.append(without_kernel(name, folder, new_page, asked.only))
            if asked.where != "without":
                good.append(with_kernel(name, folder, address, new_page, asked.only))
        browser.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(asked_for(sys.argv[1:])))
