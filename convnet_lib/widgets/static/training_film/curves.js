// What is drawn over the epochs: the cost, the accuracy and, where there are labels, the errors.

import { symbol } from "../parts/text.js";

/** The arrays that are drawn, by the names of their traits. */
export const CURVES = ["costs", "train_accuracy", "test_accuracy", "delta1_size", "delta3_size"];

const delta = (/** @type {number} */ layer) => symbol("δ", layer, []);

/**
 * What the charts show: their names, their scales and their curves.
 * @param {Record<string, import("../parts/arrays.js").NDArray>} arrays
 * @param {boolean} hasErrors
 */
export function charts(arrays, hasErrors) {
  const curve = (/** @type {string} */ name, /** @type {string} */ words, html = words) => {
    return { words, html, values: arrays[name].values };
  };
  /** @type {Omit<import("../parts/chart.js").Options, "onMove">[]} */
  const charts = [
    { name: "cost", low: 0, series: [curve("costs", "mean cost")] },
    {
      name: "accuracy",
      low: 0,
      high: 1,
      series: [
        curve("train_accuracy", "accuracy in training", "accuracy"),
        curve("test_accuracy", "accuracy on digits held out", "held out"),
      ],
    },
  ];
  if (hasErrors) {
    charts.push({
      name: "errors",
      log: true,
      series: [
        curve("delta3_size", "mean size of delta 3", `mean |${delta(3)}|`),
        curve("delta1_size", "mean size of delta 1", `|${delta(1)}|`),
      ],
    });
  }
  return charts;
}

/**
 * The chart of the mean sizes of the gradients where the convolutions end.
 * @param {import("../parts/arrays.js").NDArray} sizes
 * @param {{ conv: number }[]} shown
 * @returns {Omit<import("../parts/chart.js").Options, "onMove">}
 */
export function gradients(sizes, shown) {
  const series = shown.map(({ conv }, n) => ({
    words: `mean size of the gradient of a ${conv + 1}`,
    html: `|∂<i>C</i>/∂${symbol("a", conv + 1)}|`,
    values: sizes.part(n).values,
  }));
  return { name: "gradients", log: true, series };
}
