// Where the window is that of a telephone: the explanation is a sheet at its foot while the figure
// is in view, so that one reads why where one points. Else it stands in its place in the figure.

import { make } from "./layout.js";

const TELEPHONE = "screen and (max-width: 41rem)"; // as figure.css

/**
 * A place for formulas, in a figure or at the foot of the window.
 * @param {import("./figure.js").Figure} figure
 * @param {Element} parent
 */
export function sheet(figure, parent = figure.body) {
  const element = figure.add(make("div", "cn-sheet"), parent);
  const narrow = window.matchMedia(TELEPHONE);
  let inView = false;
  const place = () => put(element, narrow.matches, inView);
  const views = new IntersectionObserver(
    (entries) => {
      inView = entries[entries.length - 1].isIntersecting;
      place();
    },
    { rootMargin: "-20% 0px -35% 0px" }, // what is read, above the sheet
  );
  views.observe(figure.element);
  narrow.addEventListener("change", place);
  figure.onClose(() => {
    views.disconnect();
    narrow.removeEventListener("change", place);
  });
  return element;
}

/**
 * In the top layer nothing around can move or cut it.
 * @param {HTMLElement} element
 * @param {boolean} narrow
 * @param {boolean} inView
 */
function put(element, narrow, inView) {
  if (!narrow) element.removeAttribute("popover");
  else if (!element.hasAttribute("popover")) element.setAttribute("popover", "manual");
  if (!narrow || !element.isConnected) return;
  if (element.matches(":popover-open") !== inView) element.togglePopover(inView);
}
