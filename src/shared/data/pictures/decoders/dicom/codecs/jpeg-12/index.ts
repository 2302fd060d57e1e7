/**
 * JPEG extended with 12 bits a sample (ITU-T T.81, process 4, sequential with Huffman codes), as some
 * scanners write it. Libraries for it exist as part of whole DICOM toolkits only; grey pictures, and colours
 * that are not subsampled, are read.
 */
import { FedshotError } from '../../../../../../errors.js';
import type { PixelHeader } from '../../header.js';
import type { Words } from '../types.js';
import { BitReader, BitsEnd, huffmanTable, type HuffmanTable } from './bits.js';
import { inverseTransform, ZIGZAG } from './transform.js';

const PRECISION = 12;
const WHITE = 2 ** PRECISION - 1;
const [SOF1, DHT, SOS, DQT, DRI, EOI] = [0xc1, 0xc4, 0xda, 0xdb, 0xdd, 0xd9];

interface Component {
  readonly id: number;
  readonly quantisation: number;
  dc: number;
  ac: number;
  /** The last DC coefficient. */
  last: number;
}

/** What the segments before a scan say. */
interface Tables {
  readonly quantisation: Map<number, Uint16Array>;
  /** By class and number: 0..3 of DC, 16..19 of AC coefficients. */
  readonly huffman: Map<number, HuffmanTable>;
  components: Component[];
  restart: number;
}

/** @param header already held against the frame header of the JPEG @throws FedshotError `data` */
export function decodeJpeg12(bytes: Uint8Array, header: PixelHeader): Words {
  const data = new Uint16Array(header.rows * header.columns * header.samples);
  const tables: Tables = {
    quantisation: new Map(),
    huffman: new Map(),
    components: [],
    restart: 0,
  };
  try {
    let scans = 0;
    for (let at = 2; at + 4 <= bytes.length;) {
      if (bytes[at] !== 0xff) {
        at++; // the data of a scan
        continue;
      }
      const marker = bytes[at + 1]!;
      if (marker === EOI) break;
      if (marker === 0 || marker === 0xff || (marker & 0xf8) === 0xd0) {
        at += marker === 0xff ? 1 : 2;
        continue;
      }
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      const segment = bytes.subarray(at + 4, at + 2 + length);
      at += 2 + length;
      if (marker !== SOS) segmentOf(marker, segment, tables);
      else {
        decodeScan(new BitReader(bytes, at), segment, tables, header, data);
        scans++;
      }
    }
    if (scans === 0) throw new BitsEnd('no scan');
  } catch (error) {
    if (!(error instanceof BitsEnd)) throw error;
    throw new FedshotError('data', `${header.path}: its JPEG is damaged (${error.message})`, {
      hint: 'copy it again, or leave it out',
      cause: error,
    });
  }
  const colour =
    header.samples === 1 ? undefined : header.photometric.startsWith('YBR') ? 'ybr' : 'rgb';
  return { data, stored: PRECISION, high: PRECISION - 1, colour };
}

function segmentOf(marker: number, segment: Uint8Array, tables: Tables): void {
  if (marker === DQT) quantisationOf(segment, tables.quantisation);
  else if (marker === DHT) huffmanOf(segment, tables.huffman);
  else if (marker === DRI) tables.restart = (segment[0]! << 8) | segment[1]!;
  else if (marker === SOF1)
    tables.components = Array.from({ length: segment[5] ?? 0 }, (_, i) => {
      if (segment[7 + 3 * i] !== 0x11 && segment[5] !== 1)
        throw new BitsEnd('subsampled colours of 12 bits are not read');
      return {
        id: segment[6 + 3 * i]!,
        quantisation: segment[8 + 3 * i]!,
        dc: 0,
        ac: 0,
        last: 0,
      };
    });
  else if ((marker & 0xf0) === 0xc0) throw new BitsEnd('progressive with 12 bits is not read');
}

function quantisationOf(segment: Uint8Array, into: Tables['quantisation']): void {
  for (let at = 0; at < segment.length;) {
    const head = segment[at++]!;
    const wide = head >> 4 !== 0;
    const table = Uint16Array.from({ length: 64 }, (_, i) =>
      wide ? (segment[at + 2 * i]! << 8) | segment[at + 2 * i + 1]! : segment[at + i]!,
    );
    into.set(head & 15, table);
    at += wide ? 128 : 64;
  }
}

function huffmanOf(segment: Uint8Array, into: Tables['huffman']): void {
  for (let at = 0; at + 17 <= segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((a, b) => a + b, 0);
    into.set(segment[at]! & 0x1f, huffmanTable(counts, segment.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}

function decodeScan(
  reader: BitReader,
  segment: Uint8Array,
  tables: Tables,
  { rows, columns, samples }: PixelHeader,
  data: Uint16Array,
): void {
  const inScan = Array.from({ length: segment[0] ?? 0 }, (_, i) => {
    const index = tables.components.findIndex(({ id }) => id === segment[1 + 2 * i]);
    const component = tables.components[index];
    if (!component) throw new BitsEnd('no such component');
    const numbers = segment[2 + 2 * i]!;
    Object.assign(component, { dc: numbers >> 4, ac: 16 + (numbers & 15), last: 0 });
    return { component, index };
  });
  const [across, down] = [Math.ceil(columns / 8), Math.ceil(rows / 8)];
  for (let unit = 0; unit < across * down; unit++) {
    if (tables.restart > 0 && unit > 0 && unit % tables.restart === 0) {
      reader.restart();
      for (const { component } of inScan) component.last = 0;
    }
    const [top, left] = [8 * Math.floor(unit / across), 8 * (unit % across)];
    for (const { component, index } of inScan) {
      const block = blockOf(reader, component, tables);
      for (let y = 0; y < 8 && top + y < rows; y++)
        for (let x = 0; x < 8 && left + x < columns; x++) {
          const level = Math.round(block[8 * y + x]! + (WHITE + 1) / 2);
          data[((top + y) * columns + left + x) * samples + index] = Math.min(
            WHITE,
            Math.max(0, level),
          );
        }
    }
  }
}

/** Coefficients of a block, multiplied and transformed (F.2.2). */
function blockOf(reader: BitReader, component: Component, tables: Tables): Float64Array {
  const block = new Float64Array(64);
  const [dc, ac] = [tables.huffman.get(component.dc), tables.huffman.get(component.ac)];
  const steps = tables.quantisation.get(component.quantisation);
  if (!dc || !ac || !steps) throw new BitsEnd('a table is not there');
  const length = reader.symbol(dc);
  if (length > 16) throw new BitsEnd('no such coefficient');
  component.last += reader.signed(length);
  block[0] = component.last * steps[0]!;
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(ac);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run !== 15) break;
    k += run;
    if (size === 0) continue;
    if (k > 63) throw new BitsEnd('too many coefficients');
    block[ZIGZAG[k]!] = reader.signed(size) * steps[k]!;
  }
  inverseTransform(block);
  return block;
}
