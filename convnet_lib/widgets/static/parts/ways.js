// A switch of two pictures: a drawing as it is, and as MNIST's digits are.

import { Scale } from "./colours.js";
import { make } from "./layout.js";
import { thumbnail } from "./maps.js";

/** The switch: two buttons, each with its picture. */
export class Ways {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {Element} parent
   * @param {(centred: boolean) => void} choose
   */
  constructor(figure, parent, choose) {
    this.ink = new Scale(figure.palettes.sequential, 0, 1);
    const group = figure.add(
      make("div", "cn-ways", { role: "group", "aria-label": "The drawing" }),
      parent,
    );
    this.all = [false, true].map((centred) => {
      const words = centred ? "centred" : "as drawn";
      const button = figure.button(group, "", () => choose(centred));
      const small = thumbnail(button, words);
      button.append(words);
      if (centred) button.title = "In a box of 20 pixels, its centre of mass in the middle";
      return { centred, button, small };
    });
  }

  /** @param {import("./pad.js").Pictures} pictures @param {boolean} chosen  whether it is shown centred */
  show(pictures, chosen) {
    for (const { centred, button, small } of this.all) {
      small.show(pictures[centred ? "centred" : "drawn"], this.ink);
      button.setAttribute("aria-pressed", `${centred === chosen}`);
    }
  }
}
