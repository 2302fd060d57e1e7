import { byteLength } from '../format/dtypes.js';
import { FedshotError } from '../errors.js';
import { quoted } from '../json.js';
import { serializeSafetensorsHeader, type TensorRange } from '../format/safetensors-header.js';
import { type Chunk, chunkSizes } from './chunks.js';
import { parseEnvelope, sealEnvelope, signersOf } from './dsse.js';
import type { Signer } from './ed25519.js';
import { parsePayload, sha256 } from './fields.js';
import { MAX_MANIFEST_BYTES } from './limits.js';
import type { Root } from './root.js';
import {
  CONFIG_FILE,
  PREDICATE_TYPE,
  RELEASE_FILES,
  type ReleasePath,
  Statement,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from './statement.js';

export interface ReleaseTensor extends TensorRange {
  readonly sha256: string;
}

export interface ReleaseFile {
  readonly path: ReleasePath;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Position of its first chunk in the release's `chunks`. */
  readonly firstChunk: number;
  readonly chunks: readonly Chunk[];
  /** By name, in the order of their bytes; empty for `model.json`. */
  readonly tensors: ReadonlyMap<string, ReleaseTensor>;
}

/** A release whose manifest was verified. */
export interface Release {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the manifest's file: the release's identity. */
  readonly digest: string;
  readonly created: string;
  readonly expires: string;
  readonly previous: { readonly version: number; readonly sha256: string } | undefined;
  readonly files: readonly ReleaseFile[];
  /** The chunks of all files, in order: what `Fetcher.chunks` counts through. */
  readonly chunks: readonly Chunk[];
  readonly signedBy: readonly string[];
  /** The manifest's file. */
  readonly envelope: Uint8Array;
}

/**
 * Verifies the signatures of a manifest and that it is whole in itself: all files and no others,
 * every byte of a file accounted for by its header and its tensors, the header exactly the one that
 * the tensors give. Name, version and expiry are judged by the caller.
 *
 * @throws FedshotError `limit`, `signature`, `format`
 */
export function openManifest(root: Root, bytes: Uint8Array): Release {
  const what = 'manifest';
  const envelope = parseEnvelope(bytes, STATEMENT_PAYLOAD_TYPE, MAX_MANIFEST_BYTES, what);
  const signedBy = signersOf(envelope, root.keys, root.roles.release, what);
  const { subject, predicate } = parsePayload(Statement, envelope.payload, what);
  const { name, version, created, expires, previous } = predicate;
  if ((previous?.version ?? 0) !== version - 1)
    throw bad(`version ${version} follows version ${previous?.version ?? 0}`);

  const paths = predicate.files.map((file) => file.path);
  if (paths.join() !== RELEASE_FILES.join())
    throw bad(`the files are ${paths.join(', ')} where they must be ${RELEASE_FILES.join(', ')}`);
  let firstChunk = 0;
  const files = predicate.files.map((file): ReleaseFile => {
    const tensors = tensorsOf(file.path, subject);
    assertWhole(file, tensors);
    firstChunk += file.chunks.length;
    return { ...file, tensors, firstChunk: firstChunk - file.chunks.length };
  });
  if (JSON.stringify(subjectsOf(files)) !== JSON.stringify(subject))
    throw bad('its subjects are not the tensors of its files, each once and in order');
  return {
    name,
    version,
    created,
    expires,
    previous,
    files,
    signedBy,
    chunks: files.flatMap((file) => file.chunks),
    digest: sha256(bytes),
    envelope: bytes,
  };
}

/** What a manifest is made of. */
export type ReleaseContent = Pick<
  Release,
  'name' | 'version' | 'created' | 'expires' | 'previous'
> & {
  readonly files: readonly Omit<ReleaseFile, 'firstChunk'>[];
};

/** Signs a manifest; check it with {@link openManifest} before it is published. */
export function sealManifest(content: ReleaseContent, signers: readonly Signer[]): Uint8Array {
  const { name, version, created, expires, previous } = content;
  const files = content.files.map(({ path, size, sha256, chunks }) => ({
    path,
    size,
    sha256,
    chunks: chunks.map((chunk) => ({ sha256: chunk.sha256, size: chunk.size })),
  }));
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(content.files),
    predicateType: PREDICATE_TYPE,
    predicate: { name, version, created, expires, ...(previous && { previous }), files },
  };
  return sealEnvelope(STATEMENT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(statement)), signers);
}

/** The statement's subjects: every tensor of every file, and `model.json`. */
function subjectsOf(
  files: readonly Pick<ReleaseFile, 'path' | 'sha256' | 'tensors'>[],
): Statement['subject'] {
  return files.flatMap(({ path, sha256, tensors }): Statement['subject'] =>
    path === CONFIG_FILE
      ? [{ name: path, digest: { sha256 } }]
      : [...tensors].map(([name, { sha256, dtype, shape, begin, end }]) => ({
          name: `${path}#${name}`,
          digest: { sha256 },
          annotations: { dtype, shape: [...shape], begin, end },
        })),
  );
}

function tensorsOf(path: ReleasePath, subjects: Statement['subject']): Map<string, ReleaseTensor> {
  const tensors = new Map<string, ReleaseTensor>();
  for (const { name, digest, annotations } of subjects)
    if (annotations && name.startsWith(`${path}#`))
      tensors.set(name.slice(path.length + 1), { ...annotations, ...digest });
  return tensors;
}

type FileEntry = Statement['predicate']['files'][number];

/** Header and tensors account for every byte of the file, and its chunks are cut where they must be. */
function assertWhole(file: FileEntry, tensors: ReadonlyMap<string, ReleaseTensor>): void {
  const header =
    file.path === CONFIG_FILE ? new Uint8Array(0) : serializeSafetensorsHeader(tensors).bytes;
  let end = header.length;
  for (const [name, tensor] of tensors) {
    const size = byteLength(tensor.dtype, tensor.shape);
    if (tensor.begin !== end || tensor.end !== end + size)
      throw bad(`${file.path}: the tensor ${quoted(name)} is not where it must be`);
    end = tensor.end;
  }
  if (file.path === CONFIG_FILE) end = file.size;
  if (end !== file.size) throw bad(`${file.path}: its tensors end at ${end} of ${file.size} bytes`);

  const ends = [header.length, ...[...tensors.values()].map((tensor) => tensor.end), end];
  const sizes = chunkSizes(ends);
  if (file.chunks.map(({ size }) => size).join() !== sizes.join())
    throw bad(`${file.path}: its chunks are not cut where they must be`);
  let at = 0;
  for (const chunk of file.chunks) {
    if (at < header.length && chunk.sha256 !== sha256(header.subarray(at, at + chunk.size)))
      throw bad(`${file.path}: its header is not the one that its tensors give`);
    at += chunk.size;
  }
}

function bad(why: string): FedshotError {
  return new FedshotError('format', `manifest: ${why}`);
}
