// The panels of the network from left to right, the forward half of each piece above the backward.

import { number } from "../parts/text.js";
import { Curve } from "./curve.js";
import { lettersOf } from "./letters.js";

const { s, nabla } = lettersOf(null);

export class Network {
  /** @type {Curve} */ curve;

  /**
   * @param figure   the Figure that it stands in
   * @param outputs  how many output neurons there are
   * @param onKey    (event, grid's name): a key that a grid has no use for
   */
  constructor(figure, outputs, onKey) {
    this.figure = figure;
    this.outputs = outputs;
    this.onKey = onKey;
    this.grids = {};
    /** Titles of what belongs to a map: (letters) => html. */
    this.titles = {};
    this.element = figure.add(document.createElement("div"), figure.body);
    this.element.className = "bp-network";
    this.build();
  }

  build() {
    const { figure } = this;
    const filter = "clamp(21px, var(--cn-cell) * 3.2, 40px)";
    const column = () => this.column();
    const add = (parent, name, title, words, options) => {
      const onKey = (event) => this.onKey(event, name);
      if (typeof title === "function") this.titles[name] = title;
      this.grids[name] = figure.grid(parent, {
        ...{ name, words, onKey, ...options },
        title: this.titles[name] ? "" : title,
      });
    };
    const signed = { kind: "diverging" };
    const one = { unit: "3.6rem", legend: false, write: number };
    const pooled = { zoom: 2 };

    let [forward, backward] = column();
    add(forward, "a0", `${s("a", 0)} input`, "a 0, the input");
    add(backward, "products", "", "products", signed);

    [forward, backward] = column();
    add(forward, "w1", ({ s }) => `${s("w", 1)} filter`, "w 1, the filter", {
      ...signed,
      unit: filter,
    });
    add(this.line(forward), "b1", ({ s }) => s("b", 1), "b 1, the shared bias", {
      ...signed,
      ...one,
    });
    add(backward, "nabla_w1", ({ nabla }) => `${nabla("w", 1)} (BP4)`, "gradient of w 1", {
      ...signed,
      unit: filter,
    });
    add(
      this.line(backward),
      "nabla_b1",
      ({ nabla }) => `${nabla("b", 1)}<br>(BP3)`,
      "gradient of b 1",
      {
        ...signed,
        ...one,
      },
    );

    [forward, backward] = column();
    add(forward, "z1", ({ s }) => `${s("z", 1)} (F1)`, "z 1, the weighted inputs", signed);
    add(backward, "delta1", ({ s }) => `${s("δ", 1)} (BP2)`, "delta 1, the errors", signed);

    [forward, backward] = column();
    this.curve = new Curve(figure, forward);
    add(
      backward,
      "slope1",
      ({ s }) => `<i>σ</i>′(${s("z", 1)})`,
      "sigma prime of z 1, the slopes",
      {
        kind: "sequential",
      },
    );

    [forward, backward] = column();
    add(forward, "a1", ({ s }) => `${s("a", 1)} (F2)`, "a 1, the activations");
    add(backward, "switch", ({ s }) => `∂${s("a", 2)}/∂${s("a", 1)} (BP2a)`, "the pooling switch");

    [forward, backward] = column();
    add(forward, "a2", ({ s }) => `${s("a", 2)} (F3)`, "a 2, the pooled activations", pooled);
    add(
      backward,
      "nabla_a2",
      ({ s }) => `Σ ${s("δ", 3)}${s("w", 3)} in BP2`,
      "gradient of a 2, the sum in BP2",
      { ...signed, ...pooled },
    );

    [forward, backward] = column();
    add(forward, "w3", "", "w 3", { ...signed, zoom: 1.25 });
    add(backward, "nabla_w3", "", "gradient of w 3", { ...signed, zoom: 1.25 });

    [forward, backward] = column();
    this.buildOutputs(forward, ["b3", "z3", "a3", "y"], add);
    add(this.line(forward), "C", "<i>C</i>", "the cost", one);
    this.buildOutputs(backward, ["delta3", "nabla_b3"], add);
    const folded = figure.add(document.createElement("p"), figure.body);
    folded.className = "bp-folded cn-caption";
    folded.textContent =
      "The panels that this step does not use are folded; ‘Whole’ shows them all.";
  }

  /** A piece of the network from left to right: its forward half and, below, its backward half. */
  column() {
    const { figure } = this;
    const column = figure.add(document.createElement("div"), this.element);
    column.className = "bp-column";
    return ["forward →", "← backward"].map((words, i) => {
      const half = figure.add(document.createElement("div"), column);
      half.className = i ? "bp-backward" : "bp-forward";
      const way = figure.add(document.createElement("div"), half);
      way.className = "bp-way";
      way.textContent = words;
      return half;
    });
  }

  line(parent) {
    const line = this.figure.add(document.createElement("div"), parent);
    line.className = "bp-line";
    return line;
  }

  /** Vectors of the output layer as columns with numbers, the neurons' numbers beside them. */
  buildOutputs(parent, names, add) {
    const all = this.figure.add(document.createElement("div"), parent);
    all.className = "bp-outputs";
    const numbers = this.figure.add(document.createElement("div"), all);
    numbers.className = "bp-numbers";
    numbers.setAttribute("aria-hidden", "true");
    numbers.innerHTML = Array.from({ length: this.outputs }, (_, l) => `<span>${l}</span>`).join(
      "",
    );
    const titles = {
      b3: [s("b", 3), "b 3, the output biases", "diverging"],
      z3: [s("z", 3), "z 3, the output's weighted inputs", "diverging"],
      a3: [s("a", 3), "a 3, the output activations", "sequential"],
      y: [s("y", null), "y, the desired activations", "sequential"],
      delta3: [`${s("δ", 3)}<br>(BP1)`, "delta 3, the output errors", "diverging"],
      nabla_b3: [`${nabla("b", 3)}<br>(BP3a)`, "gradient of b 3", "diverging"],
    };
    for (const name of names) {
      const [title, words, kind] = titles[name];
      add(all, name, title, words, { kind, unit: "2.6rem", legend: false });
    }
  }
}
