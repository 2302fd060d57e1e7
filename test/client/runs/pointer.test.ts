import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  moveTo,
  previous,
  readPointer,
  restore,
  settle,
  type InUse,
} from '../../../src/client/runs/pointer.js';
import { tempDir } from '../../fixtures/temp.js';

const entry = (n: number, forced = false): InUse => ({
  run: `20261127T132927${String(n).padStart(3, '0')}Z-00000${n}`,
  record: String(n).repeat(64),
  at: '2026-11-27T13:29:27.000Z',
  forced,
});
const inUse = (home: string) => readPointer(home, 'digits')?.inUse?.run;

describe('the pointer of a release', () => {
  it('is not there before anything, and says "the released model" where nothing was accepted', () => {
    const home = tempDir();
    expect(readPointer(home, 'digits')).toBeUndefined();
    settle(home, 'digits');
    expect(readPointer(home, 'digits')).toMatchObject({ inUse: null, history: [] });
    expect(previous(readPointer(home, 'digits')!)).toBeUndefined();
  });

  it('is left as it is by a run that was not accepted', () => {
    const home = tempDir();
    moveTo(home, 'digits', entry(1));
    settle(home, 'digits');
    expect(inUse(home)).toBe(entry(1).run);
  });

  it('goes back run by run, and in the end to the released model', () => {
    const home = tempDir();
    for (const n of [1, 2, 3]) moveTo(home, 'digits', entry(n));
    const seen: unknown[] = [];
    for (let before; (before = previous(readPointer(home, 'digits')!));) {
      restore(home, 'digits', before);
      seen.push(inUse(home));
    }
    expect(seen).toEqual([entry(2).run, entry(1).run, undefined]);
    expect(readPointer(home, 'digits')).toMatchObject({ inUse: null, history: [] });
  });

  it('goes back over what was forced to what had been accepted', () => {
    const home = tempDir();
    for (const one of [entry(1), entry(2, true), entry(3, true)]) moveTo(home, 'digits', one);
    expect(previous(readPointer(home, 'digits')!)).toMatchObject({ inUse: entry(1), history: [] });
    const only = tempDir();
    for (const one of [entry(2, true), entry(3)]) moveTo(only, 'digits', one);
    expect(previous(readPointer(only, 'digits')!)).toMatchObject({ inUse: null, history: [] });
  });

  it('undoes a use of an earlier run, and does not count the same run twice', () => {
    const home = tempDir();
    for (const n of [1, 2, 1, 1]) moveTo(home, 'digits', entry(n));
    expect(readPointer(home, 'digits')!.history).toEqual([entry(1), entry(2)]);
    expect(previous(readPointer(home, 'digits')!)!.inUse).toEqual(entry(2));
  });

  it('is of one release: others have their own', () => {
    const home = tempDir();
    moveTo(home, 'digits', entry(1));
    moveTo(home, 'faces', entry(2));
    expect(inUse(home)).toBe(entry(1).run);
    expect(readdirSync(join(home, 'current')).sort()).toEqual(['digits.json', 'faces.json']);
    expect(statSync(join(home, 'current/digits.json')).mode & 0o777).toBe(0o600);
    for (const name of ['../digits', 'a/b', ''])
      expect(() => readPointer(home, name)).toThrow('cannot be the name of a release');
  });

  it.each([
    '',
    '{',
    '{}',
    '[]',
    'null',
    '"x"',
    '\u0000\u0001\u0002',
    JSON.stringify({ format: 'fedshot-current/1', inUse: null }),
    JSON.stringify({ format: 'fedshot-current/2', inUse: null, history: [] }),
    JSON.stringify({
      format: 'fedshot-current/1',
      history: [],
      inUse: { ...entry(1), run: '../../etc' },
    }),
    JSON.stringify({
      format: 'fedshot-current/1',
      history: [],
      inUse: { ...entry(1), record: 'x\u001b[31m' },
    }),
  ])('which holds %j is refused in one line that names the file', (text) => {
    const home = tempDir();
    const file = join(home, 'current/digits.json');
    mkdirSync(join(home, 'current'));
    writeFileSync(file, text);
    for (const act of [
      () => void readPointer(home, 'digits'),
      () => settle(home, 'digits'),
      () => moveTo(home, 'digits', entry(1)),
    ]) {
      expect(act).toThrow(file);
      expect(act).toThrow(expect.objectContaining({ code: 'format' }) as Error);
      expect(act).not.toThrow('\n');
      expect(act).not.toThrow('\u001b');
    }
  });
});
