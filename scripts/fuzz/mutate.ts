import type { Random } from '../../src/shared/random.js';

/** Pieces that parsers stumble over. */
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '{}',
    '[]',
    '""',
    'null',
    'true',
    '\\',
    '\\u0000',
    '\\ud800',
  ],
  ...['0', '-1', '-0', '1.0', '1e0', '1e309', '00', '9007199254740992', '18446744073709551616'],
  ...['__proto__', 'constructor', '__metadata__', 'dtype', 'shape', 'data_offsets', 'F32', 'I64'],
  ...[
    'payload',
    'signatures',
    'keyid',
    'sig',
    'threshold',
    'keyids',
    'version',
    'size',
    '../',
    '#',
  ],
  ...['\u0000', '\ufeff', '\u2028', ' ', '\n', '\u001b[2J'],
].map((text) => Buffer.from(text));

type Mutator = (bytes: Buffer, random: Random) => Buffer;

const at = (bytes: Buffer, random: Random): number => random.int(bytes.length + 1);
const some = (bytes: Buffer, random: Random): [number, number] => {
  const start = at(bytes, random);
  return [start, Math.min(bytes.length, start + 1 + random.int(1 + random.int(64)))];
};
const replace = (bytes: Buffer, from: number, to: number, middle: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
const token = (random: Random): Buffer => TOKENS[random.int(TOKENS.length)]!;

const MUTATORS: Mutator[] = [
  function flipBit(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.int(copy.length)]! ^= 1 << random.int(8);
    return copy;
  },
  function setByte(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.int(copy.length)] = random.int(256);
    return copy;
  },
  function cutOut(bytes, random) {
    return replace(bytes, ...some(bytes, random), Buffer.alloc(0));
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, at(bytes, random));
  },
  function repeat(bytes, random) {
    const [from, to] = some(bytes, random);
    return replace(bytes, to, to, bytes.subarray(from, to));
  },
  function move(bytes, random) {
    const [from, to] = some(bytes, random);
    const rest = replace(bytes, from, to, Buffer.alloc(0));
    const where = at(rest, random);
    return replace(rest, where, where, bytes.subarray(from, to));
  },
  function insertToken(bytes, random) {
    const where = at(bytes, random);
    return replace(bytes, where, where, token(random));
  },
  function replaceByToken(bytes, random) {
    return replace(bytes, ...some(bytes, random), token(random));
  },
  function changeNumber(bytes, random) {
    const numbers = [...bytes.toString('latin1').matchAll(/\d+/g)];
    const found = numbers[random.int(numbers.length)];
    if (!found) return bytes;
    const value = Number(found[0]) + random.int(17) - 8;
    return replace(bytes, found.index, found.index + found[0].length, Buffer.from(String(value)));
  },
  function swapStrings(bytes, random) {
    const strings = [...bytes.toString('latin1').matchAll(/"[^"]*"/g)];
    const [a, b] = [0, 1].map(() => strings[random.int(strings.length)]);
    if (!a || !b) return bytes;
    return replace(bytes, a.index, a.index + a[0].length, Buffer.from(b[0], 'latin1'));
  },
  function headerLength(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length >= 8) copy.writeUInt32LE((copy.readUInt32LE() + random.int(33) - 16) >>> 0);
    return copy;
  },
];

/** One to four changes, drawn by the seed. */
export function mutate(bytes: Uint8Array, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + random.int(4); changes > 0; changes--)
    result = Buffer.from(MUTATORS[random.int(MUTATORS.length)]!(result, random));
  return result;
}
