// The pixels that a neuron of a deep network sees, as `deep.Network.receptive_field` finds them.

/** @typedef {import("../parts/layers.js").Pair} Pair */

/**
 * The part of the image that neuron (j, k) above these layers sees; padding is no pixel.
 * @param {import("../parts/layers.js").Layer[]} net  as `about` tells them, with their parameters
 * @param {{ rows: number, columns: number }} image
 * @param {number} j
 * @param {number} k
 */
export function seen(net, image, j, k) {
  const ends = [
    [j, j],
    [k, k],
  ];
  for (let i = net.length - 1; i >= 0; i--) {
    const { kind, size, stride, padding, w } = net[i];
    const conv = kind === "Conv";
    if (!conv && !kind.endsWith("Pool")) continue;
    const of = (/** @type {Pair | undefined} */ n, /** @type {number} */ axis) =>
      Array.isArray(n) ? n[axis] : Number(n);
    ends.forEach(([first, last], axis) => {
      const sides = w ? w.shape.slice(-2)[axis] : of(size, axis);
      const step = of(conv ? stride : (stride ?? size), axis);
      const zeros = conv ? of(padding, axis) : 0;
      ends[axis] = [first * step - zeros, last * step - zeros + sides - 1];
    });
  }
  const [rows, columns] = ends.map(([first, last], axis) => [
    Math.max(0, first),
    Math.min([image.rows, image.columns][axis] - 1, last),
  ]);
  return {
    row: rows[0],
    column: columns[0],
    rows: rows[1] - rows[0] + 1,
    columns: columns[1] - columns[0] + 1,
  };
}
