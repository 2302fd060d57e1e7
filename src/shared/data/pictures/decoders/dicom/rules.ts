import type { DataSet } from 'dicom-parser';
import { FedshotError } from '../../../../errors.js';
import type { PixelHeader } from './header.js';
import type { ValueWindow } from './window.js';

/** A table of values (PS3.3, C.11.1.1 and C.11.2.1.1). */
export interface Lut {
  /** The value that the first entry is for. */
  readonly first: number;
  readonly entries: Uint8Array | Uint16Array;
  /** Bits of an entry. */
  readonly bits: number;
}

/** What becomes of stored values. */
export interface ValueRules {
  readonly modality:
    | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number }
    | { readonly kind: 'lut'; readonly lut: Lut };
  readonly voi:
    | { readonly kind: 'lut'; readonly lut: Lut }
    | ({ readonly kind: 'window' } & ValueWindow)
    /** All that could be stored. */
    | { readonly kind: 'full' }
    /** Nothing is said: what 8 bits hold, else from the least to the largest value of a frame. */
    | { readonly kind: 'none' };
  /** A stored value that stands for no pixel. */
  readonly padding?: number;
}

/**
 * What the header says of values, of which the notation may have another window.
 *
 * @param said `window=` of the notation: `full`, or `CENTRE,WIDTH`
 * @throws FedshotError `data`
 */
export function rulesOf(
  header: DataSet,
  pixels: PixelHeader,
  frame: number,
  said: string | undefined,
): ValueRules {
  const { path, signed } = pixels;
  const number = signed ? 'int16' : 'uint16';
  return {
    modality: modalityOf(header, pixels, frame),
    voi: said === undefined ? voiOf(header, pixels, frame) : saidWindow(said, path),
    padding: header.elements['x00280120'] && header[number]('x00280120'),
  };
}

function saidWindow(said: string, path: string): ValueRules['voi'] {
  if (said === 'full') return { kind: 'full' };
  const [centre = NaN, width = NaN] = said.split(',').map(Number);
  if (!Number.isFinite(centre) || !(width >= 1))
    throw new FedshotError('usage', `${path}: window=${said} is no CENTRE,WIDTH`);
  return { kind: 'window', centre, width, shape: 'linear' };
}

function modalityOf(header: DataSet, pixels: PixelHeader, frame: number): ValueRules['modality'] {
  const table = itemOf(header, 'x00283000');
  if (table) return { kind: 'lut', lut: lutOf(table, pixels) };
  const from = functionalGroup(header, frame, 'x00289145') ?? header;
  const slope = from.floatString('x00281053') ?? 1;
  const intercept = from.floatString('x00281052') ?? 0;
  if (!Number.isFinite(slope) || slope === 0 || !Number.isFinite(intercept))
    throw new FedshotError('data', `${pixels.path}: its rescale slope or intercept is no number`);
  return { kind: 'linear', slope, intercept };
}

/** The first table, else the first window, else none. */
function voiOf(header: DataSet, pixels: PixelHeader, frame: number): ValueRules['voi'] {
  const table = itemOf(header, 'x00283010');
  if (table) return { kind: 'lut', lut: lutOf(table, pixels) };
  const from = functionalGroup(header, frame, 'x00289132') ?? header;
  const [centre, width] = [from.floatString('x00281050'), from.floatString('x00281051')];
  if (centre === undefined || width === undefined) return { kind: 'none' };
  const said = from.string('x00281056')?.trim();
  const shape =
    said === 'SIGMOID' ? 'sigmoid' : said === 'LINEAR_EXACT' ? 'linear-exact' : 'linear';
  const least = shape === 'linear' ? 1 : Number.MIN_VALUE;
  // empty values are no window, as of scanners that leave it to the viewer
  if (!Number.isFinite(centre) || !(width >= least)) return { kind: 'none' };
  return { kind: 'window', centre, width, shape };
}

/** The first item of a sequence. */
const itemOf = (header: DataSet, tag: string): DataSet | undefined =>
  header.elements[tag]?.items?.[0]?.dataSet;

/** Of multi-frame files: what is said for this frame, or for all of them. */
function functionalGroup(header: DataSet, frame: number, tag: string): DataSet | undefined {
  const own = header.elements['x52009230']?.items?.[frame]?.dataSet;
  const shared = itemOf(header, 'x52009229');
  return (own && itemOf(own, tag)) ?? (shared && itemOf(shared, tag));
}

/** @throws FedshotError `data` */
function lutOf(item: DataSet, { path, signed, bigEndian }: PixelHeader): Lut {
  const data = item.elements['x00283006'];
  const count = item.uint16('x00283002', 0) || 65_536;
  const first = (signed ? item.int16 : item.uint16).call(item, 'x00283002', 1) ?? 0;
  const bits = item.uint16('x00283002', 2) ?? 16;
  if (!data || bits < 1 || bits > 16)
    throw new FedshotError('data', `${path}: its table of values is damaged`);
  const entries = tableEntries(item, 'x00283006', count, bits, bigEndian);
  if (!entries) throw new FedshotError('data', `${path}: its table of values is too short`);
  return { first, entries, bits };
}

/**
 * Entries of a table: words, or bytes where they are of 8 bits and packed.
 * @returns undefined where there are too few
 */
export function tableEntries(
  item: DataSet,
  tag: string,
  count: number,
  bits: number,
  bigEndian: boolean,
): Uint8Array | Uint16Array | undefined {
  const element = item.elements[tag];
  if (!element || element.length < count) return undefined;
  const bytes = item.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  if (bits <= 8 && bytes.length < 2 * count) return Uint8Array.from(bytes.subarray(0, count));
  if (bytes.length < 2 * count) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, !bigEndian));
}
