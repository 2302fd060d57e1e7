import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { arm } from '../../../scripts/torture/faults.mjs';
import { begin, resume, sweep } from '../../../src/client/runs/index.js';
import { unfinishedRuns } from '../../../src/client/runs/unfinished.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, NOW } from '../../fixtures/world.js';

const about = { name: 'digits', settings: { epochs: 2 } };

/** The disk refuses one of the operations in `home`, the `at`-th from now on. */
const breakDisk = (home: string, at: number): void => arm({ root: home, kind: 'EIO', at });
afterEach(() => arm());

describe('a run whose disk fails', () => {
  test.each([
    ['when its settings are begun', 7],
    ['half way through', 8],
    ['when they are to be durable', 9],
    ['when they get their name', 10],
    ['when that name is to be durable', 11],
  ])('as it begins, %s: leaves nothing, and nobody seems to be at it', (_, at) => {
    const home = tempDir();
    breakDisk(home, at);
    expect(() => begin(home, about, NOW)).toThrow(failsWith('io'));
    arm();
    expect(unfinishedRuns(home)).toEqual([]);
  });

  test('as it ends: its folder stays, the lock does not, and the next run removes it', () => {
    const home = tempDir();
    const run = begin(home, about, NOW);
    breakDisk(home, 1);
    expect(() => run.close()).toThrow('EIO');
    arm();
    expect(unfinishedRuns(home)).toMatchObject([{ id: run.id, running: false }]);
    sweep(home);
    expect(unfinishedRuns(home)).toEqual([]);
  });
});

describe('a run that is under way', () => {
  test('attack: neither swept nor resumed by another', () => {
    const home = tempDir();
    const run = begin(home, about, NOW);
    sweep(home);
    expect(() => resume(home, about, run.id)).toThrow(failsWith('usage'));
    expect(readdirSync(run.dir).sort()).toEqual(['lock', 'settings.json']);
    run.close();
    expect(readdirSync(join(home, 'runs', '.unfinished'))).toEqual([]);
  });
});
