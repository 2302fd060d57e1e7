import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepRun } from '../../../src/client/runs/keep.js';
import { readRecord, readRunModel, runIds } from '../../../src/client/runs/read.js';
import type { RunRecord } from '../../../src/client/runs/record.js';
import { MODEL_FILES } from '../../../src/shared/model/folder.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { tempDir } from '../../fixtures/temp.js';
import { tinyRelease } from '../../fixtures/tiny-release.js';

const id = '20261127T132927123Z-abcdef';
const model = tinyRelease('kept');
const result = {
  release: { name: 'digits', version: 1, digest: '1'.repeat(64) },
  method: 'shot',
  n: 9,
  seed: 1,
  battery: { outcome: 'ok', kept: 'adapted' },
  classifierUnchanged: true,
} as unknown as RunRecord['result'];
const record: Omit<RunRecord, 'format' | 'files'> = {
  id,
  began: '2026-11-27T13:29:27.123Z',
  settings: {},
  result,
  use: { reading: {}, stream: false },
  verdict: { outcome: 'ok', accepted: true, forced: false },
};

/** A home with one whole run. */
function kept(documents = {}) {
  const home = tempDir();
  const dir = join(home, 'runs', id);
  return { home, dir, ref: keepRun(home, record, { model, documents }) };
}
const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('a run', () => {
  it('comes back as it was kept, for its owner alone, and leaves nothing beside it', () => {
    const { home, dir, ref } = kept({ 'samples.json': { images: [1] } });
    const { record: read, digest } = readRecord(home, id, ref.record);
    expect([read.id, digest]).toEqual([id, ref.record]);
    expect(encodeState(readRunModel(home, read).state)).toEqual(encodeState(model.state));
    expect(readdirSync(join(home, 'runs'))).toEqual([id]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    expect(Object.keys(read.files).sort()).toEqual([...MODEL_FILES, 'samples.json'].sort());
  });

  it('is never written over another', () => {
    const { home } = kept();
    expect(() => keepRun(home, record, {})).toThrow('is there already');
    expect(readRecord(home, id).record.files).not.toEqual({});
  });

  it.each(MODEL_FILES)(
    'with a changed, shortened, exchanged or missing %s is refused by name',
    (name) => {
      const other = tinyRelease('other');
      const changes: ((file: string) => void)[] = [
        (file) => {
          const bytes = readFileSync(file);
          bytes[bytes.length - 4]! ^= 1;
          writeFileSync(file, bytes);
        },
        (file) => writeFileSync(file, readFileSync(file).subarray(0, -1)),
        (file) => writeFileSync(file, ''),
        (file) => rmSync(file),
        (file) => {
          rmSync(file);
          mkdirSync(file);
        },
        (file) => {
          const elsewhere = tempDir();
          keepRun(elsewhere, record, { model: { config: other.config, state: other.state } });
          const theirs = readFileSync(join(elsewhere, 'runs', id, name));
          writeFileSync(
            file,
            Buffer.concat([theirs, Buffer.from(name === 'model.json' ? '\n' : '')]),
          );
        },
      ];
      for (const change of changes) {
        const { home, dir, ref } = kept();
        const { record: read } = readRecord(home, id, ref.record);
        change(join(dir, name));
        const error = thrownBy(() => readRunModel(home, read));
        expect(error).toMatchObject({
          message: expect.stringContaining(join(dir, name)) as string,
        });
        expect(['digest', 'io']).toContain((error as { code: string }).code);
      }
    },
  );

  it('whose record was changed is refused where its digest was kept, even if it is well-formed', () => {
    const { home, dir, ref } = kept();
    const file = join(dir, 'record.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"accepted":true', '"accepted":false'));
    expect(readRecord(home, id).record.verdict.accepted).toBe(false);
    for (const change of [
      () => undefined,
      () => rmSync(file),
      () => rmSync(dir, { recursive: true }),
    ]) {
      change();
      expect(thrownBy(() => readRecord(home, id, ref.record))).toMatchObject({
        code: 'digest',
        message: expect.stringContaining(file) as string,
      });
    }
    writeFileSyncAt(dir, 'record.json', text);
    expect(readRecord(home, id, ref.record).digest).toBe(ref.record);
  });

  it.each(['', '{', '{}', '[]', '[{}]', 'null', '{"format":"fedshot-run/1"}', '\u0000'])(
    'with %j as its record is refused in one line that names it',
    (text) => {
      const { home, dir } = kept();
      writeFileSync(join(dir, 'record.json'), text);
      const error = thrownBy(() => readRecord(home, id)) as Error;
      expect(error).toMatchObject({ code: 'format' });
      expect(error.message).toContain(join(dir, 'record.json'));
      expect(error.message).not.toContain('\n');
    },
  );

  it('under the id of another is refused', () => {
    const { home, dir } = kept();
    const other = id.replace('abcdef', 'fedcba');
    writeFileSyncAt(
      join(home, 'runs', other),
      'record.json',
      readFileSync(join(dir, 'record.json')),
    );
    expect(thrownBy(() => readRecord(home, other))).toMatchObject({ code: 'digest' });
    expect(runIds(home)).toEqual([id, other].sort());
  });

  it('without weights says so, and how to have them', () => {
    const home = tempDir();
    keepRun(home, record, {});
    const { record: read } = readRecord(home, id);
    expect(thrownBy(() => readRunModel(home, read))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('were not kept') as string,
      hint: expect.stringContaining('--keep-weights') as string,
    });
  });
});

function writeFileSyncAt(dir: string, name: string, data: string | Buffer): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), data);
}
