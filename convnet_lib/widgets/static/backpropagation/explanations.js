// What every cell of the network says of itself.

import * as backward from "./backward.js";
import * as forward from "./forward.js";
import * as gradients from "./gradients.js";

/** What a cell of each panel says of itself. @type {Record<string, import("./types.js").Explain>} */
export const explanations = {
  ...forward.explanations,
  ...backward.explanations,
  ...gradients.explanations,
};
