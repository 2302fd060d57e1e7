import { describe, expect, it } from 'vitest';
import { sealEnvelope, sealManifest, sha256 } from '../../../src/shared/release/index.js';
import { type Statement, STATEMENT_PAYLOAD_TYPE } from '../../../src/shared/release/statement.js';
import { serializeSafetensors } from '../../../src/shared/format/safetensors.js';
import {
  content,
  cut,
  failsWith,
  modelFiles,
  opened,
  signer,
  World,
} from '../../fixtures/world.js';

const world = new World();
const release = [signer('release')];
const honest = JSON.parse(
  Buffer.from(
    (JSON.parse(Buffer.from(sealManifest(content(), release)).toString()) as { payload: string })
      .payload,
    'base64',
  ).toString(),
) as Statement;
/** Opens the honest statement after a change that the provider signed as well. */
const open = (change: (statement: Statement) => void) => () => {
  const statement = structuredClone(honest);
  change(statement);
  const payload = Buffer.from(JSON.stringify(statement));
  return opened(world, sealEnvelope(STATEMENT_PAYLOAD_TYPE, payload, release));
};
const subject = (s: Statement, name: string) => s.subject.find((entry) => entry.name === name)!;
const file = (s: Statement, path: string) => s.predicate.files.find((f) => f.path === path)!;

describe('openManifest', () => {
  it('gives files, tensors and chunks as they were cut', () => {
    const opens = open(() => undefined)();
    expect(opens.files.map((f) => f.path)).toEqual([
      'B.safetensors',
      'C.safetensors',
      'F.safetensors',
      'model.json',
    ]);
    const bytes = modelFiles()['F.safetensors'];
    const f = opens.files[2]!;
    expect(f.tensors.get('weight')).toMatchObject({ dtype: 'F32', shape: [4], end: bytes.length });
    expect(f.chunks).toEqual(opens.chunks.slice(f.firstChunk, f.firstChunk + f.chunks.length));
    const weight = bytes.subarray(f.tensors.get('weight')!.begin);
    expect(f.tensors.get('weight')!.sha256).toBe(sha256(weight));
    expect(f.chunks.at(-1)).toEqual({ sha256: sha256(weight), size: 16 });
  });

  it('a tensor that does not change keeps its chunks', () => {
    const chunks = (salt: number): string[] =>
      cut('F.safetensors', modelFiles(salt)['F.safetensors']).chunks.map((chunk) => chunk.sha256);
    const [before, after] = [chunks(1), chunks(2)];
    expect(after.filter((chunk) => !before.includes(chunk))).toHaveLength(1);
  });

  it.each<[string, (s: Statement) => void]>([
    ['an undeclared tensor', (s) => s.subject.splice(1, 1)],
    ['a tensor declared twice', (s) => s.subject.splice(0, 0, s.subject[0]!)],
    ['tensors in another order', (s) => s.subject.splice(0, 2, s.subject[1]!, s.subject[0]!)],
    [
      'a subject that is no file',
      (s) => s.subject.push({ name: 'notes.txt', digest: { sha256: sha256(Buffer.from('')) } }),
    ],
    ['a tensor of a file that is not there', (s) => (s.subject[0]!.name = 'D.safetensors#bias')],
    ['overlapping tensors', (s) => (subject(s, 'F.safetensors#weight').annotations!.begin -= 4)],
    ['a hole between tensors', (s) => (subject(s, 'F.safetensors#weight').annotations!.begin += 4)],
    [
      'a tensor that ends after the file',
      (s) => (subject(s, 'F.safetensors#weight').annotations!.end += 4),
    ],
    [
      'a shape that contradicts the bytes',
      (s) => (subject(s, 'F.safetensors#weight').annotations!.shape = [5]),
    ],
    [
      'another type of the same width than the header has',
      (s) => (subject(s, 'F.safetensors#weight').annotations!.dtype = 'I32'),
    ],
    [
      'another name than the header has',
      (s) => (subject(s, 'F.safetensors#weight').name = 'F.safetensors#weighs'),
    ],
    ['a second file', (s) => s.predicate.files.push(file(s, 'F.safetensors'))],
    ['a missing file', (s) => s.predicate.files.pop()],
    ['files in another order', (s) => s.predicate.files.reverse()],
    [
      'a path that leads elsewhere',
      (s) => ((file(s, 'model.json') as { path: string }).path = '../model.json'),
    ],
    ['trailing bytes in a file', (s) => (file(s, 'F.safetensors').size += 1)],
    [
      'an extra chunk',
      (s) => file(s, 'F.safetensors').chunks.push({ sha256: sha256(Buffer.from('x')), size: 1 }),
    ],
    [
      'a chunk cut elsewhere',
      (s) => {
        const [a, b] = file(s, 'F.safetensors').chunks;
        a!.size += 4;
        b!.size -= 4;
      },
    ],
    ['a chunk over 1 MiB', (s) => (file(s, 'model.json').chunks[0]!.size = 2 ** 20 + 1)],
    [
      'a chunk of no bytes',
      (s) => file(s, 'model.json').chunks.push({ sha256: sha256(Buffer.from('')), size: 0 }),
    ],
    [
      'a header that the tensors do not give',
      (s) => (file(s, 'F.safetensors').chunks[0]!.sha256 = sha256(Buffer.from('x'))),
    ],
    [
      'a first version with a predecessor',
      (s) => (s.predicate.previous = { version: 1, sha256: sha256(Buffer.from('')) }),
    ],
    ['a later version without one', (s) => (s.predicate.version = 2)],
    ['a name that is a path', (s) => (s.predicate.name = '../digits')],
    [
      'a digest in capitals',
      (s) => (file(s, 'model.json').sha256 = file(s, 'model.json').sha256.toUpperCase()),
    ],
    [
      'another predicate type',
      (s) => ((s as { predicateType: string }).predicateType = 'urn:other'),
    ],
    ['an unknown key', (s) => ((s.predicate as { note?: string }).note = 'hello')],
    ['a negative size', (s) => (file(s, 'model.json').size = -1)],
  ])('refuses %s', (_, change) => {
    expect(open(change)).toThrow(failsWith('format'));
  });

  it('refuses padding in the safetensors header: it is the one that the tensors give', () => {
    const files = modelFiles();
    const padded = Buffer.from(serializeSafetensors(new Map(), { note: 'x'.repeat(8) }));
    const f = cut('F.safetensors', padded);
    const bytes = (first: typeof f): Uint8Array =>
      sealManifest(
        { ...content(), files: content().files.map((c) => (c.path === f.path ? first : c)) },
        release,
      );
    expect(() => opened(world, bytes(f))).toThrow(failsWith('format'));
    expect(opened(world, bytes(cut('F.safetensors', files['F.safetensors']))).version).toBe(1);
  });
});
