"""A telephone that is touched: every control can be hit, and the figure fits the window still."""

import pytest
from browsing import assert_no_barrier
from test_everyone import FIGURES
from test_heights import MANY, TALL

from convnet_lib import figures, widgets

COLUMN = 358  # of a page of the book, 390 pixels wide
ALL = {
    **{name: MANY[name] for name in ("convolution", "pooling", "output", "playground with eight")},
    **{name: FIGURES[name] for name in ("backpropagation", "gallery of digits")},
    **{name: MANY[name] for name in ("gallery of twenty", "film of twenty", "deep film of twenty")},
    "explored picture": lambda: widgets.explore(figures.cost_curves, z=(0.0, 1.0), y=[1, 0]),
}
# How far above and below its middle each control is hit, up to 20 pixels, and what it is.
CONTROLS = "select, input, button, summary"
REACH = """(figure, kind) => [...figure.querySelectorAll(kind)].flatMap((control) => {
  for (const more of figure.querySelectorAll("details"))
    more.open = more.contains(control) && control.localName !== "summary";
  const rare = Boolean(control.closest(".cn-rare"));
  figure.querySelector(".cn-live").classList.toggle("cn-open", rare);
  const target = /radio|checkbox/.test(control.type) ? control.closest("label") : control;
  if (!target.checkVisibility() || target.closest(".cn-field")) return [];
  target.scrollIntoView({ block: "center" });
  const { left, top, width, height } = target.getBoundingClientRect();
  const hit = (y) => target.contains(document.elementFromPoint(left + width / 2, y));
  const middle = top + height / 2;
  const far = (way) => {
    let n = 0;
    while (n < 20 && hit(middle + way * (n + 0.5))) n++;
    return n;
  };
  const words = control.ariaLabel || target.textContent.trim();
  const roomy = control.type === "range" ||
    Boolean(control.closest(".cn-turns, .cn-live:not(.bp) > .cn-controls"));
  const name = `${control.localName} ${words.slice(0, 30)}`;
  return [{ name, roomy, least: Math.min(far(-1) + far(1), width) }];
})"""


@pytest.mark.parametrize("name", ALL)
def test_a_finger_hits_every_control_and_the_figure_fits(show, name):
    live = show(ALL[name](), width=390, height=844, has_touch=True)
    page = live.page
    page.evaluate("w => (document.querySelector('main').style.width = `${w}px`)", COLUMN)
    page.evaluate("document.body.style.paddingBlock = '900px'")
    live.frame()
    live.frame()
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert page.evaluate(TALL, [live.root.element_handle(), 844])
    reached = live.root.evaluate(REACH, CONTROLS)
    assert reached
    assert [one for one in reached if one["least"] < (30 if one["roomy"] else 24)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rules = {"rules": {"target-size": {"enabled": True}}}
    assert_no_barrier(page, context=".cn-figure", options=rules)
