// Random numbers that are the same in every browser: from one seed, one network and one order.

import { NDArray } from "../parts/arrays.js";

/** A source of random numbers, which is its seed and how many it has given. */
export class Chance {
  /** @param {number} seed  a whole number */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** Evenly spread from 0 to 1: a counter, and a hash of it (the generator is known as mulberry32). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Normally distributed, of mean 0 and standard deviation 1 (Box and Muller). */
  normal() {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** The numbers 0 to n − 1 in any order (Fisher and Yates). @param {number} n */
  order(n) {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** @param {number[]} shape @param {number} spread */
  array(shape, spread) {
    return NDArray.zeros(shape).map(() => spread * this.normal());
  }

  /** A network with so many maps, of the spread that ConvNet.random has; one map has no axis. @param {number} maps */
  net(maps) {
    const axis = maps === 1 ? [] : [maps];
    const [w1, w3] = [
      [...axis, 5, 5],
      [10, ...axis, 12, 12],
    ];
    return {
      w1: this.array(w1, 1 / 5),
      b1: NDArray.zeros(axis),
      w3: this.array(w3, 1 / Math.sqrt(maps * 144)),
      b3: NDArray.zeros([10]),
    };
  }
}
