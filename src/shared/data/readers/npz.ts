import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { arrayDataset } from '../arrays.js';
import { defineReader, type ReaderInput } from '../define.js';
import type { RawLabels } from '../raw.js';
import type { Dataset, ExpectedInput } from '../types.js';
import { readFileBytes } from './bytes.js';
import { NAMED_OPTIONS, namedArrays } from './named.js';
import { parseNpy } from './npy.js';
import { sniff } from './sniff.js';

/** Stops a small archive that unpacks without end. */
const MAX_UNPACKED = 2 ** 31 - 1;

/**
 * Arrays as NumPy's `savez` and `savez_compressed` write them; samples under `x`, `data` or `images`,
 * labels, if any, under `y`, `labels`, `label` or `target`; `x=NAME` and `y=NAME` name others.
 */
export const npz = defineReader({
  name: 'npz',
  description: "the same of NumPy's `savez` and `savez_compressed`",
  example: 'npz:FILE',
  options: z.object(NAMED_OPTIONS),
  files: ({ path }) => [path],
  read: (input, { takes }) => readNpz(input, takes),
});

async function readNpz(
  input: ReaderInput<typeof NAMED_OPTIONS>,
  takes?: ExpectedInput,
): Promise<Dataset> {
  const { path, options } = input;
  const bytes = readFileBytes(path);
  try {
    const { fromBuffer } = await import('yauzl');
    const open = promisify<Buffer, object, ZipFile>(fromBuffer);
    const zip = await open(bytes, { lazyEntries: true });
    const entries = new Map<string, Entry>();
    for await (const entry of listed(zip)) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (entry.fileName !== name) entries.set(name, entry);
    }
    const names = namedArrays(options, [...entries.keys()], path, 'array');
    const read = async (key: string): Promise<RawLabels> => {
      const entry = entries.get(key);
      if (!entry) throw new FedshotError('not-found', `${path}: no array "${key}"`);
      return parseNpy(await unpack(zip, entry, path), `${path} "${key}"`);
    };
    const data = await read(names.samples);
    if ('words' in data) throw new FedshotError('data', `${data.name} is not an array of numbers`);
    const labels = names.labels === undefined ? undefined : await read(names.labels);
    return arrayDataset(input, data, labels, takes);
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    const is = sniff(bytes, 'npz');
    throw new FedshotError('data', `${path}: damaged npz file (${(cause as Error).message})`, {
      hint: is ?? 'copy or save it again',
      cause,
    });
  }
}

/** The entries of an archive; the library hands them out one at a time. */
async function* listed(zip: ZipFile): AsyncGenerator<Entry> {
  for (let i = 0; i < zip.entryCount; i++) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('error', reject).once('entry', (entry: Entry) => {
        zip.off('error', reject);
        resolve(entry);
      });
      zip.readEntry();
    });
  }
}

/** The bytes of one entry; neither its size nor its checksum is checked by the library alone. */
async function unpack(zip: ZipFile, entry: Entry, path: string): Promise<Uint8Array> {
  if (entry.uncompressedSize > MAX_UNPACKED)
    throw new FedshotError('limit', `${path} "${entry.fileName}": ${entry.uncompressedSize} bytes`);
  const stream = await promisify(zip.openReadStream.bind(zip) as OpenStream)(entry);
  const bytes = await buffer(stream);
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32)
    throw new FedshotError('data', `${path} "${entry.fileName}": the checksum is wrong`, {
      hint: 'copy or save it again',
    });
  return bytes;
}

type OpenStream = (
  entry: Entry,
  done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
) => void;
