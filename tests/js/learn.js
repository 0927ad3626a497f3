// The playground without a page: what test_playground.py holds against NumPy.
//
//   node learn.js work.json
//
// work.json names a picture of digits, or none, and tasks; the answers go into work.bin, all numbers
// one after the other, in the order of the tasks. A task is a course of learning (`course`), the
// digits themselves (`digits`), a PNG (`png`), a network as a file (`npz`), an image centred
// (`centred`), or a stroke (`stroke`).

import { readFileSync, writeFileSync } from "node:fs";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import { asMnist, boxed, moved } from "../../convnet_lib/widgets/static/parts/centring.js";
import { stroked } from "../../convnet_lib/widgets/static/parts/pad.js";
import { decoded } from "../../convnet_lib/widgets/static/parts/png.js";
import { digitsOf } from "../../convnet_lib/widgets/static/playground/digits.js";
import { PARAMETERS } from "../../convnet_lib/widgets/static/playground/learner.js";
import { npz } from "../../convnet_lib/widgets/static/playground/npz.js";
import { School } from "../../convnet_lib/widgets/static/playground/school.js";

const [, , path] = process.argv;
const { picture, train, held, tasks } = JSON.parse(readFileSync(path, "utf8"));
const digits = picture ? await digitsOf(new Uint8Array(readFileSync(picture)), train, held) : null;
/** @param {{ shape: number[], values: number[] }} given */
const array = ({ shape, values }) => new NDArray(shape, Float64Array.from(values));
const network = (net) => Object.fromEntries(PARAMETERS.map((name) => [name, array(net[name])]));

const ANSWERS = {
  /** The parameters after a course, and what was measured. */
  course({ net, rules, orders }) {
    const school = new School(digits.train, digits.held, 0);
    school.follow(rules);
    const left = orders.slice();
    school.newOrder = () => left.shift();
    school.begin(network(net));
    const all = orders.reduce((sum, order) => sum + order.length, 0);
    // In small portions, as in a page.
    while (school.seen < all) school.work(() => true, all - school.seen);
    school.measureAgain();
    while (school.measuring) school.measure();
    const { accuracy, cost } = school.last;
    return [...PARAMETERS.flatMap((name) => [...school.net[name].values]), accuracy, cost];
  },
  /** δ¹, δ³ and the gradients that a digit is shown with. */
  look({ net, rules, n }) {
    const school = new School(digits.train, digits.held, 0);
    school.follow(rules);
    school.begin(network(net));
    const { look } = school;
    look.clear();
    look.forward(digits.held.images[n]);
    look.backward(digits.held.labels[n]);
    look.finish(1);
    const gradients = PARAMETERS.flatMap((name) => [...look.nabla[name]]);
    return [...look.delta1, ...look.delta3, ...gradients];
  },
  digits() {
    const all = [digits.train, digits.held];
    return [
      ...all.flatMap(({ images }) => images.map((image) => [...image])).flat(),
      ...all.flatMap(({ labels }) => [...labels]),
    ];
  },
  async png({ file }) {
    const { width, height, levels } = await decoded(Uint8Array.from(file));
    return [width, height, ...levels];
  },
  npz({ net, file }) {
    writeFileSync(file, npz(network(net)));
    return [];
  },
  centred: ({ image }) => [...asMnist(array(image)).values],
  boxed: ({ image }) => [...boxed(array(image)).values],
  moved: ({ image, down, right }) => [...moved(array(image), down, right).values],
  stroke: ({ image, from, to }) => [...stroked(array(image), from, to).values],
};

const answers = [];
for (const task of tasks) answers.push(await ANSWERS[task.what](task));
writeFileSync(path.replace(/json$/, "bin"), Float64Array.from(answers.flat()));
