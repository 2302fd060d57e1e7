import type { Encoding } from './encodings.js';

/** The figures of a table, four bytes each. */
const figures = (secret: Uint8Array): Float32Array =>
  new Float32Array(Uint8Array.from(secret).buffer, 0, Math.floor(secret.length / 4));

const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

/** Figures as float64, from the first byte or from the fifth: a piece begins at a multiple of four. */
const doubles = (phase: 0 | 4): Encoding => ({
  name: `float64, from byte ${phase}`,
  extract: (released) => {
    const view = new DataView(released.buffer, released.byteOffset, released.byteLength);
    const count = Math.max(0, Math.floor((released.length - phase) / 8));
    return bytesOf(
      Float32Array.from({ length: count }, (_, i) => view.getFloat64(phase + 8 * i, true)),
    );
  },
  plant: (released, secret) => {
    const out = Uint8Array.from(released);
    const view = new DataView(out.buffer);
    const values = figures(secret);
    const n = Math.min(values.length, Math.floor((out.length - phase) / 8));
    for (let i = 0; i < n; i++) view.setFloat64(phase + 8 * i, values[i]!, true);
    return out;
  },
});

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The shortest decimal that is this float32 again. */
function decimal(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** Figures as a person writes them, whatever stands between them. */
const decimals: Encoding = {
  name: 'decimal numbers',
  extract: (released) => {
    const found = Buffer.from(released).toString('latin1').match(NUMBER) ?? [];
    return bytesOf(Float32Array.from(found, Number));
  },
  plant: (released, secret) => {
    const out = Uint8Array.from(released);
    const text = Array.from(figures(secret), decimal).join(',');
    out.set(Buffer.from(`${text}\n`).subarray(0, out.length));
    return out;
  },
};

/** How the figures of tables may lie there, beside what images may. */
export const tableEncodings = (): Encoding[] => [doubles(0), doubles(4), decimals];

/** Whether the encoding finds whatever a text happens to count: class names, sizes. */
export const isText = (way: Encoding): boolean => way === decimals;

/** Figures that any text may have side by side: whole, and small. */
export const areCounts = (window: Uint8Array): boolean =>
  figures(window).every((value) => Number.isInteger(value) && Math.abs(value) < 1000);
