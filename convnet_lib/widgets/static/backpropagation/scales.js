// The scales that are not those of a panel's own numbers.

export function scalesOf(data, palettes) {
  const between = (low, high) => Object.assign(palettes.scale("sequential", []), { low, high });
  const signed = ({ values }) => palettes.scale("diverging", values);
  const costs = data.costs.filter(Number.isFinite);
  return {
    slope1: between(smallest(data.slope1), 0.25), // the steepest that σ is
    C: between(0, Math.max(...costs, 1e-9)),
    b1: signed(data.w1),
    nabla_b1: signed(data.nabla_w1),
  };
}

/** The smallest slope: with 0 in its place, a panel of slopes that are alike would be all black. */
function smallest({ values }) {
  const known = values.filter((x) => Number.isFinite(x) && x < 0.25);
  return known.length ? Math.min(...known) : 0;
}
