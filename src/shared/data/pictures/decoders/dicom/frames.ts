import { FedshotError } from '../../../../errors.js';
import type { DicomFile } from './file.js';
import type { PixelHeader } from './header.js';

/** Bytes of an item's tag and length. */
const ITEM = 8;
const ITEM_TAG = 0xe000fffe;
const DELIMITER_TAG = 0xe0ddfffe;
const MOST_FRAGMENTS = 1_000_000;

interface Fragment {
  readonly at: number;
  readonly length: number;
}

/**
 * The compressed bytes of a frame, put together of its fragments (PS3.5, A.4).
 * @throws FedshotError `data`, `io`
 */
export function encapsulatedFrame(file: DicomFile, header: PixelHeader, frame: number): Uint8Array {
  const { offsets, fragments } = fragmentsOf(file, header);
  const own = fragmentsOfFrame(file, header, frame, offsets, fragments);
  if (own.length === 0)
    throw new FedshotError('data', `${file.path}: frame ${frame + 1} is not there`, {
      hint: 'copy it again, or leave it out',
    });
  return Buffer.concat(own.map(({ at, length }) => file.read(at, length)));
}

/** Walks from item to item; the first holds offsets of the frames, or nothing. */
function fragmentsOf(
  file: DicomFile,
  { at: start }: PixelHeader,
): { offsets: number[]; fragments: Fragment[] } {
  const items: Fragment[] = [];
  for (let at = start; at + ITEM <= file.size && items.length < MOST_FRAGMENTS;) {
    const head = file.read(at, ITEM);
    const tag = head.readUInt32LE(0);
    if (tag === DELIMITER_TAG) break;
    if (tag !== ITEM_TAG) throw new FedshotError('data', `${file.path}: its fragments are damaged`);
    const length = head.readUInt32LE(4);
    items.push({ at: at + ITEM, length });
    at += ITEM + length;
  }
  const [table, ...fragments] = items;
  const bytes = table && table.length > 0 ? file.read(table.at, table.length) : Buffer.alloc(0);
  const count = Math.floor(bytes.length / 4);
  return { offsets: Array.from({ length: count }, (_, i) => bytes.readUInt32LE(4 * i)), fragments };
}

/** One fragment for each frame, all for one frame, those that the table says, or those up to the next beginning. */
function fragmentsOfFrame(
  file: DicomFile,
  { frames }: PixelHeader,
  frame: number,
  offsets: readonly number[],
  fragments: readonly Fragment[],
): readonly Fragment[] {
  if (frames === 1) return fragments;
  if (fragments.length === frames) return fragments.slice(frame, frame + 1);
  const first = (fragments[0]?.at ?? ITEM) - ITEM;
  if (offsets.length === frames) {
    const from = first + (offsets[frame] ?? 0);
    const to = first + (offsets[frame + 1] ?? Infinity);
    return fragments.filter(({ at }) => at - ITEM >= from && at - ITEM < to);
  }
  const begins = fragments.flatMap((fragment, i) => (beginsFrame(file, fragment) ? [i] : []));
  if (begins.length !== frames)
    throw new FedshotError(
      'data',
      `${file.path}: ${fragments.length} fragments for ${frames} frames, and no table of offsets`,
    );
  return fragments.slice(begins[frame], begins[frame + 1]);
}

/** SOI of a JPEG or SOC of a JPEG 2000. */
function beginsFrame(file: DicomFile, { at, length }: Fragment): boolean {
  if (length < 2) return false;
  const [a, b] = file.read(at, 2);
  return a === 0xff && (b === 0xd8 || b === 0x4f);
}
