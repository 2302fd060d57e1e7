import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inUse, modelsOf } from '../../../src/client/runs/in-use.js';
import { listRuns } from '../../../src/client/runs/list.js';
import { migrate } from '../../../src/client/runs/old-home.js';
import { readPointer, restore } from '../../../src/client/runs/pointer.js';
import { runIds } from '../../../src/client/runs/read.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { silent } from '../../../src/shared/reporter.js';
import { writeOld } from '../../fixtures/old-home.js';
import { tempDir } from '../../fixtures/temp.js';

/** What answers for a release: the weights, and how samples are read for them. */
function answers(home: string, name: string) {
  const answering = inUse(home, name);
  if (!answering || answering.kind === 'released') return answering?.kind;
  return modelsOf(home, answering).map(({ state, use }) => ({ bytes: encodeState(state), use }));
}

function migrated(home: string): string[] {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  migrate(home, { ...silent, note: say, warn: say });
  return lines;
}

describe('a home of version 0.1', () => {
  it('answers as before, first as it is and then as a run, without its pictures', async () => {
    const home = tempDir();
    const dir = writeOld(home, { name: 'digits' });
    const record = readFileSync(join(dir, 'record.json'));
    const before = answers(home, 'digits');
    expect(before).toHaveLength(1);
    expect((await listRuns(home)).map(({ run }) => run)).toEqual(['adapted/digits']);
    expect(existsSync(join(home, 'runs'))).toBe(false); // reading writes nothing

    expect(migrated(home)).toEqual([
      expect.stringMatching(/^adapted\/digits of fedshot 0\.1 is run \S+ now; .* adapted\/\.0\.1$/),
    ]);
    expect(answers(home, 'digits')).toEqual(before);
    const [id] = runIds(home) as [string];
    expect(inUse(home, 'digits')).toMatchObject({ kind: 'run', forced: false });
    expect(readdirSync(join(home, 'runs', id))).toContain('isolation.json');
    expect(readFileSync(join(home, 'runs', id, 'record.json'), 'utf8')).not.toContain('"images"');

    const backup = join(home, 'adapted/.0.1');
    expect(readFileSync(join(backup, 'digits/record.json')).equals(record)).toBe(true);
    expect(statSync(backup).mode & 0o777).toBe(0o700);
    expect(migrated(home)).toEqual([]);
    expect((await listRuns(home)).map(({ run, inUse }) => [run, inUse])).toEqual([[id, true]]);
  });

  it('in which the released model was kept goes on answering with that', () => {
    const home = tempDir();
    writeOld(home, { name: 'digits', kept: 'source' });
    expect(answers(home, 'digits')).toBe('released');
    migrated(home);
    expect(answers(home, 'digits')).toBe('released');
    expect(readPointer(home, 'digits')).toMatchObject({ inUse: null, history: [] });
    expect(runIds(home)).toHaveLength(1);
  });

  it('with several sources keeps them together, each by its own weights', () => {
    const home = tempDir();
    writeOld(home, { name: 'one', together: ['three', 'two'], kept: 'source' });
    writeOld(home, { name: 'three', kept: 'source' });
    writeOld(home, { name: 'two' });
    const before = answers(home, 'one');
    expect(before).toHaveLength(3);
    migrated(home);
    expect(answers(home, 'one')).toEqual(before);
    expect(answers(home, 'three')).toBe('released');
  });

  it('is taken over as far as it can be read: what cannot be is set aside by name', () => {
    const home = tempDir();
    writeFileSync(join(writeOld(home, { name: 'bad' }), 'record.json'), '{}');
    rmSync(join(writeOld(home, { name: 'torn' }), 'B.safetensors'));
    writeOld(home, { name: 'good' });
    writeOld(home, { name: 'alone', together: ['bad'] });
    expect(() => inUse(home, 'bad')).toThrow(join(home, 'adapted/bad/record.json'));
    const lines = migrated(home);
    for (const name of ['bad', 'torn', 'alone'])
      expect(
        lines.filter((line) => line.startsWith(`adapted/${name} of fedshot 0.1 cannot`)),
      ).toHaveLength(1);
    expect(answers(home, 'good')).toHaveLength(1);
    expect(inUse(home, 'bad')).toBeUndefined();
    expect(readdirSync(join(home, 'adapted/.0.1')).sort()).toEqual([
      'alone',
      'bad',
      'good',
      'torn',
    ]);
  });

  it('comes to the same wherever the taking over was killed', () => {
    const whole = tempDir();
    writeOld(whole, { name: 'digits' });
    migrated(whole);
    const [id] = runIds(whole) as [string];

    const home = tempDir();
    const dir = writeOld(home, { name: 'digits' });
    const before = answers(home, 'digits');
    migrated(home);
    const [own] = runIds(home) as [string];
    expect(own.slice(0, 9)).toBe(id.slice(0, 9));
    const undo = () => {
      mkdirSync(join(home, 'adapted'), { recursive: true });
      const backup = join(home, 'adapted/.0.1/digits');
      if (existsSync(backup)) renameBack(backup, dir);
    };
    // the run stands and nothing else; the run and the pointer; all but the back-up's last step
    for (const kill of [
      () => rmSync(join(home, 'current'), { recursive: true }),
      () => undefined,
      () => mkdirSync(join(home, 'adapted/.0.1'), { recursive: true }),
    ]) {
      undo();
      kill();
      expect(answers(home, 'digits')).toEqual(before);
      migrated(home);
      expect(runIds(home)).toEqual([own]);
      expect(answers(home, 'digits')).toEqual(before);
      expect(readPointer(home, 'digits')!.history).toEqual([]);
    }
  });

  it('to which 0.1 has written once more is taken over again, on top of what is in use', () => {
    const home = tempDir();
    writeOld(home, { name: 'digits' });
    migrated(home);
    const [first] = runIds(home) as [string];
    restore(home, 'digits', { format: 'fedshot-current/1', inUse: null, history: [] });
    const dir = writeOld(home, { name: 'digits' });
    writeFileSync(join(dir, 'record.json'), `${readFileSync(join(dir, 'record.json'), 'utf8')}\n`);
    migrated(home);
    expect(runIds(home)).toHaveLength(2);
    expect(inUse(home, 'digits')).toMatchObject({ kind: 'run' });
    expect(readPointer(home, 'digits')!.inUse!.run).not.toBe(first);
    expect(readdirSync(join(home, 'adapted/.0.1')).sort()).toEqual(['digits', 'digits.2']);
  });
});

function renameBack(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to); // with the times of its files
}
