/** Finds private keys and samples, which no auditor may be given: by content, not by file name. */
import { createPrivateKey } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../files.js';
import { entriesOf, type FolderEntry } from './folder.js';

/** A file that is private, and why. */
export interface PrivateFile {
  readonly path: string;
  readonly holds: 'a private key' | 'samples of private data';
}

const KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|"fedshot-key\/\d/;
/** Pictures as pages and JSON files carry them. */
const EMBEDDED = /data:image\/[a-z+]+;base64|"data:image\//;
/** First bytes of PNG, JPEG, GIF, TIFF, NumPy, HDF5, gzip and zip. */
const PICTURES = ['89504e47', 'ffd8ff', '474946383', '49492a00', '4d4d002a'];
const DATA = ['934e554d5059', '894844460d0a', '1f8b08', '504b0304'];
/** DICOM: four letters behind a preamble of 128 bytes. */
const DICOM_AT = 128;

const BLOCK = 2 ** 20;
/** Longer than any signature that is searched for. */
const OVERLAP = 128;
const MOST_KEY_BYTES = 16_384;
const MOST_JSON_BYTES = 64 * 2 ** 20;
/** A record has no list of so many numbers; the smallest picture has. */
const LONG = 64;

/** The first private file of a folder; undefined where there is none. @throws FedshotError `io` */
export function findPrivate(dir: string): PrivateFile | undefined {
  const entries = entriesOf(dir).filter(({ kind }) => kind === 'file');
  // The smaller first: a key is found before hundreds of megabytes of weights are read.
  for (const { path, size } of entries.sort((a, b) => a.size - b.size)) {
    const holds = privateIn(join(dir, path), { path, size });
    if (holds) return { path, holds };
  }
  return undefined;
}

function privateIn(
  file: string,
  { path, size }: Pick<FolderEntry, 'path' | 'size'>,
): PrivateFile['holds'] | undefined {
  const blocks = scan(file);
  if (blocks) return blocks;
  if (size <= MOST_KEY_BYTES && isBinaryKey(readBytes(file))) return 'a private key';
  if (path.endsWith('.json') && size <= MOST_JSON_BYTES && holdsNumbers(readBytes(file)))
    return 'samples of private data';
  return undefined;
}

function scan(file: string): PrivateFile['holds'] | undefined {
  const fd = openSync(file, 'r');
  try {
    const block = Buffer.alloc(BLOCK);
    for (let at = 0, got; (got = readSync(fd, block, 0, BLOCK, at)) > 0; at += got - OVERLAP) {
      const bytes = block.subarray(0, got);
      if (at === 0 && isPicture(bytes)) return 'samples of private data';
      const text = bytes.toString('latin1');
      if (KEY.test(text)) return 'a private key';
      if (EMBEDDED.test(text)) return 'samples of private data';
      if (got <= OVERLAP || got < BLOCK) break;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function isPicture(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 8).toString('hex');
  const dicom = bytes.subarray(DICOM_AT, DICOM_AT + 4).toString('latin1') === 'DICM';
  return dicom || [...PICTURES, ...DATA].some((magic) => start.startsWith(magic));
}

/** A key without armour: PKCS #8 or SEC 1. */
function isBinaryKey(bytes: Buffer): boolean {
  return (['pkcs8', 'sec1', 'pkcs1'] as const).some((type) => {
    try {
      createPrivateKey({ key: bytes, format: 'der', type });
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a JSON document has a long list of numbers anywhere: pixels, rows, answers. */
function holdsNumbers(bytes: Buffer): boolean {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString());
  } catch {
    return false; // not JSON; its reader reports that
  }
  const open: unknown[] = [document];
  for (let value; open.length > 0;) {
    value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inside = Object.values(value) as unknown[];
    if (inside.length >= LONG && inside.every((one) => typeof one === 'number')) return true;
    open.push(...inside.filter((one) => typeof one === 'object'));
  }
  return false;
}
