import type { Coefficients } from './coefficients.js';
import { KERNEL } from './kernel-code.js';

/** The functions of kernel.wat. All arguments are addresses and counts. */
interface Kernel {
  rgbRows: RowPass;
  greyRows: RowPass;
  columns: (
    ...[source, length, from, count, weights, stride, height, to]: readonly number[]
  ) => void;
}
type RowPass = (
  ...[source, length, rows, from, count, weights, stride, width, to]: readonly number[]
) => void;

/** What Node has; its types come with a browser's alone. */
interface Assembly {
  readonly Memory: new (size: { initial: number }) => {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  };
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { WebAssembly } = globalThis as unknown as { WebAssembly: Assembly };

const PAGE = 65_536;
/** Source rows are handed over in pieces of about this size. */
const PIECE = 2 ** 20;
/** What the kernel may read or write behind the last row. */
const ROOM = 16;

/** Scratch memory: nothing in it outlives a call. */
const memory = new WebAssembly.Memory({ initial: 32 });
const kernel = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNEL, 'base64')), {
  env: { memory },
}).exports as Kernel;

/** What is resampled: `rows × length` levels from `first` on, `length` from one row to the next. */
export interface LevelRows {
  readonly levels: Uint8Array;
  readonly first: number;
  readonly rows: number;
  readonly length: number;
  readonly channels: 1 | 3;
}

/**
 * Resamples along rows, then along columns; without coefficients a pass is left out.
 *
 * @param width pixels of a row after the first pass
 * @param top row that counts as 0 in `down`
 * @returns levels in a fresh array
 */
export function twoPasses(
  { levels, first, rows, length, channels }: LevelRows,
  width: number,
  across: Coefficients | undefined,
  down: Coefficients | undefined,
  top: number,
): Uint8Array<ArrayBuffer> {
  const narrow = width * channels;
  const height = down ? down.from.length : rows;
  const piece = Math.max(1, Math.floor(PIECE / length));
  const tables = { across: sizeOf(across), down: sizeOf(down) };
  const source = tables.across + tables.down;
  const between = aligned(source + (across ? Math.min(piece, rows) * length + ROOM : 0));
  const to = down ? aligned(between + rows * narrow + ROOM) : between;
  reserve(to + height * narrow + ROOM);
  const bytes = new Uint8Array(memory.buffer);
  if (across) {
    const table = place(across, 0);
    const pass = channels === 1 ? kernel.greyRows : kernel.rgbRows;
    for (let row = 0; row < rows; row += piece) {
      const some = Math.min(piece, rows - row);
      const from = first + row * length;
      bytes.set(levels.subarray(from, from + some * length), source);
      pass(source, length, some, ...table, across.stride, width, between + row * narrow);
    }
  } else bytes.set(levels.subarray(first, first + rows * length), between);
  if (down) {
    const table = place(down, tables.across, top);
    kernel.columns(between, narrow, ...table, down.stride, height, to);
  }
  return bytes.slice(to, to + height * narrow);
}

const aligned = (address: number): number => Math.ceil(address / 16) * 16;

const sizeOf = (table: Coefficients | undefined): number =>
  table ? aligned(4 * (2 * table.from.length + table.weights.length)) : 0;

/** Puts a table into the memory. @returns where its three parts are */
function place({ from, count, weights }: Coefficients, at: number, top = 0): number[] {
  const words = new Int32Array(memory.buffer, at, 2 * from.length + weights.length);
  for (let i = 0; i < from.length; i++) words[i] = from[i]! - top;
  words.set(count, from.length);
  words.set(weights, 2 * from.length);
  return [at, at + 4 * from.length, at + 8 * from.length];
}

function reserve(bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}
