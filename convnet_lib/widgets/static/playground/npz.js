// A network as a file that `ConvNet.load` reads: a NumPy archive, the bits of its float64 numbers.
//
// An archive is a zip of one .npy file an array, here without compression; a .npy file is a line of
// text about the array, and its numbers.

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
const FIRST_DAY = 0x21; // the first day that a zip can name: the same network, the same bytes

/** @param {Uint8Array} bytes */
function checksum(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Numbers of 2 and 4 bytes one after the other, little-endian. @param {number[][]} fields  size and value of each */
function packed(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** An array as a .npy file, version 1.0. @param {NDArray} array */
export function npy({ shape, values }) {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const about = `{'descr': '<f8', 'fortran_order': False, 'shape': (${axes}), }`;
  const room = 64 * Math.ceil((10 + about.length + 1) / 64) - 10; // numbers begin at a 64th byte
  const text = new TextEncoder().encode(`${about.padEnd(room - 1)}\n`);
  const head = joined([
    new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]),
    packed([[2, text.length]]),
  ]);
  const numbers = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((x, i) => {
    numbers.setFloat64(8 * i, x, true);
  });
  return joined([head, text, new Uint8Array(numbers.buffer)]);
}

/** Arrays by their names as a .npz file. @param {Record<string, NDArray>} arrays */
export function npz(arrays) {
  const [files, directory] = [/** @type {Uint8Array[]} */ ([]), /** @type {Uint8Array[]} */ ([])];
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const [path, content] = [new TextEncoder().encode(`${name}.npy`), npy(array)];
    const common = packed([
      ...[
        [2, 20],
        [2, 0],
        [2, 0],
        [2, 0],
        [2, FIRST_DAY],
      ], // version, flags, stored, time, date
      ...[
        [4, checksum(content)],
        [4, content.length],
        [4, content.length],
      ],
      ...[
        [2, path.length],
        [2, 0],
      ],
    ]);
    files.push(packed([[4, 0x04034b50]]), common, path, content);
    const where = packed([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, at],
    ]);
    directory.push(
      packed([
        [4, 0x02014b50],
        [2, 20],
      ]),
      common,
      where,
      path,
    );
    at += 4 + common.length + path.length + content.length;
  }
  const list = joined(directory);
  const count = Object.keys(arrays).length;
  const end = packed([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, list.length],
    [4, at],
    [2, 0],
  ]);
  return joined([...files, list, end]);
}
