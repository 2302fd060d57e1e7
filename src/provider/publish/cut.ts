import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { committedPath } from '../../shared/folders.js';
import { quoted } from '../../shared/json.js';
import { chunkSizes } from '../../shared/release/chunks.js';
import {
  type Chunk,
  CONFIG_FILE,
  type ReleaseContent,
  type ReleasePath,
  type ReleaseTensor,
  type Store,
} from '../../shared/release/index.js';
import { assertFinite } from '../../shared/format/safetensors.js';
import {
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsDataStart,
  serializeSafetensorsHeader,
  type TensorRange,
} from '../../shared/format/safetensors-header.js';

export type CutFile = ReleaseContent['files'][number];

/** Chunks and bytes of a release's files. */
export const sizeOf = (files: readonly CutFile[]): { chunks: number; bytes: number } => ({
  chunks: files.reduce((n, file) => n + file.chunks.length, 0),
  bytes: files.reduce((n, file) => n + file.size, 0),
});

/**
 * Cuts one file of a model into a release's chunks, one chunk in memory at a time.
 *
 * @param emit receives each chunk, where somebody wants it; its bytes are overwritten afterwards
 * @throws FedshotError `not-found`, `io`; `format` for tensors that a release cannot hold, `data` for
 *   NaN and Inf
 */
export function cutFile(
  dir: string,
  path: ReleasePath,
  emit: (chunk: Chunk, bytes: Uint8Array) => void = () => undefined,
): CutFile {
  const file = committedPath(dir, path);
  const fd = openForReading(file);
  try {
    const { size } = fstatSync(fd);
    if (size === 0) throw new FedshotError('format', `${file} is empty`);
    const header = path === CONFIG_FILE ? undefined : readHeader(fd, size, file);
    const pieces: Piece[] = header ? piecesOf(header) : [{ end: size }];
    const whole = createHash('sha256');
    const chunks: Chunk[] = [];
    const tensors = new Map<string, ReleaseTensor>();
    let at = 0;
    for (const { tensor, end } of pieces) {
      const own = createHash('sha256');
      for (const length of chunkSizes([end - at])) {
        const bytes = readExactly(fd, at, length, file);
        if (tensor) assertFinite(bytes, tensor.range.dtype, `${file}: ${quoted(tensor.name)}`);
        const chunk = { sha256: digest(createHash('sha256').update(bytes)), size: length };
        own.update(bytes);
        whole.update(bytes);
        emit(chunk, bytes);
        chunks.push(chunk);
        at += length;
      }
      if (tensor) tensors.set(tensor.name, { ...tensor.range, sha256: digest(own) });
    }
    return { path, size, sha256: digest(whole), chunks, tensors };
  } finally {
    closeSync(fd);
  }
}

/**
 * Refuses files that are not those that were looked at: a model may be replaced meanwhile.
 * @throws FedshotError `digest`
 */
export function assertExpected(
  dir: string,
  files: readonly CutFile[],
  expected: ReadonlyMap<string, string> = new Map(),
): void {
  const other = files.find(({ path, sha256 }) => (expected.get(path) ?? sha256) !== sha256);
  if (other) throw changed(join(dir, other.path));
}

/**
 * Puts the chunks of a file that was cut before into a store.
 * @throws FedshotError `digest` when it has become another file; nothing of that is kept. `io`
 */
export function storeFile(store: Store, dir: string, { path, chunks }: CutFile): void {
  let at = 0;
  cutFile(dir, path, (chunk, bytes) => {
    if (chunk.sha256 !== chunks[at++]?.sha256) throw changed(join(dir, path));
    store.writeObject(chunk, bytes);
  });
  if (at !== chunks.length) throw changed(join(dir, path));
}

const changed = (file: string): FedshotError =>
  new FedshotError('digest', `${file} was replaced while it was read; nothing was published`, {
    hint: 'publish again once nobody trains into that folder',
  });

/** A part of a file that is cut by itself: a header, a tensor or the whole of it. */
interface Piece {
  readonly end: number;
  readonly tensor?: { readonly name: string; readonly range: TensorRange };
}

/** The header, then each tensor. */
function piecesOf(header: SafetensorsHeader): Piece[] {
  const tensors = [...header.tensors].map(([name, range]): Piece => ({
    end: range.end,
    tensor: { name, range },
  }));
  return [{ end: header.dataStart }, ...tensors];
}

function readHeader(fd: number, size: number, file: string): SafetensorsHeader {
  const start = safetensorsDataStart(readExactly(fd, 0, Math.min(8, size), file), size, file);
  const bytes = readExactly(fd, 0, start, file);
  const header = parseSafetensorsHeader(bytes, size, file);
  if (!Buffer.from(serializeSafetensorsHeader(header.tensors).bytes).equals(bytes))
    throw new FedshotError('format', `${file}: its header says more than its tensors need`, {
      hint: 'save it again without metadata, in the order of the safetensors library',
    });
  return header;
}

function openForReading(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new FedshotError('not-found', `no such file: ${file}`, { cause: error });
    throw asFedshotError(error, 'io', `cannot read ${file}`);
  }
}

function readExactly(fd: number, position: number, length: number, file: string): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const read = readSync(fd, bytes, at, length - at, position + at);
    if (read === 0) throw new FedshotError('io', `${file}: it became shorter while it was read`);
    at += read;
  }
  return bytes;
}

const digest = (hash: Hash): string => hash.digest('hex');
