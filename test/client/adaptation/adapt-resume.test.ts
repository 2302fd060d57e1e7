import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunOptions } from '../../../src/client/index.js';
import { runIds } from '../../../src/client/runs/read.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { silent } from '../../../src/shared/reporter.js';
import { adapt, answers, used } from '../../fixtures/scripted-adapt.js';
import { script } from '../../fixtures/scripted-battery.js';
import { tempDir } from '../../fixtures/temp.js';

vi.mock('../../../src/client/diagnostics/judge.js', async (original) =>
  (await import('../../fixtures/scripted-battery.js')).scriptedJudge(await original()),
);
vi.mock('../../../src/client/pull/releases.js', async () =>
  (await import('../../fixtures/scripted-battery.js')).tinyReleases(),
);

/** Stops a run during its second epoch. */
function interrupted(home: string, more: Partial<RunOptions> = {}): Promise<unknown> {
  const stop = new AbortController();
  let steps = 0;
  const advance = (): void => {
    if (++steps > 4) stop.abort(new FedshotError('interrupted', 'stop'));
  };
  const reporter = { ...silent, task: () => ({ advance, done: () => undefined }) };
  const run = adapt(home, { epochs: 3, ...more, reporter, signal: stop.signal });
  return expect(run).rejects.toMatchObject({ code: 'interrupted' });
}
const unfinished = (home: string): string[] => readdirSync(join(home, 'runs/.unfinished'));

beforeEach(() => {
  script.says = 'ok';
});

describe('an interrupted run', () => {
  it('is resumed to the same weights, leaves what is in use alone, and is gone afterwards', async () => {
    const home = tempDir();
    const first = await adapt(home);
    const whole = await adapt(tempDir(), { epochs: 3, seed: 8 });
    await interrupted(home, { seed: 8 });
    expect(used(home)).toBe(first.run.id);
    const [id] = unfinished(home) as [string];
    const resumed = await adapt(home, { epochs: 3, seed: 8, resume: true });
    expect(resumed.run.id).toBe(id);
    expect(resumed.state).toEqual(whole.state);
    expect(unfinished(home)).toEqual([]);
  });

  it('is chosen by its settings or by its id, and by no other settings', async () => {
    const home = tempDir();
    await interrupted(home, { seed: 1 });
    await interrupted(home, { seed: 2 });
    const [one, two] = unfinished(home).sort() as [string, string];
    const wrong = adapt(home, { epochs: 3, seed: 3, resume: true });
    await expect(wrong).rejects.toMatchObject({ code: 'usage', message: /seed 2, not 3/ });
    await expect(adapt(home, { epochs: 3, seed: 2, resume: one })).rejects.toThrow('seed 1, not 2');
    await expect(adapt(home, { resume: 'no such run' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await adapt(home, { epochs: 3, seed: 1, resume: true })).run.id).toBe(one);
    expect((await adapt(home, { epochs: 3, seed: 2, resume: two })).run.id).toBe(two);
    expect(unfinished(home)).toEqual([]);
  });

  it('of --method auto goes on as well, to what an undisturbed one ends with', async () => {
    const auto = { method: 'auto', epochs: 3 } as const;
    const whole = await adapt(tempDir(), auto);
    const home = tempDir();
    await interrupted(home, auto);
    const resumed = await adapt(home, { ...auto, resume: true });
    expect(resumed.state).toEqual(whole.state);
    expect(resumed.result.choice!.method).toBe(whole.result.choice!.method);
    expect(unfinished(home)).toEqual([]);
  }, 60_000);

  it('is swept once a later one of the same settings has ended, and what has no checkpoint at once', async () => {
    const home = tempDir();
    await interrupted(home, { seed: 1 });
    await interrupted(home, { seed: 2 });
    const [, two] = unfinished(home).sort() as [string, string];
    mkdirSync(join(home, 'runs/.unfinished/20200101T000000000Z-aaaaaa'));
    mkdirSync(join(home, 'runs/.20200101T000000000Z-aaaaaa.0123456789ab.tmp'));
    writeFileSync(join(home, 'current/.digits.json.0123456789ab.tmp'), '{');
    await adapt(home, { epochs: 3, seed: 1 });
    expect(unfinished(home)).toEqual([two]);
    expect(readdirSync(join(home, 'runs')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(join(home, 'current'))).toEqual(['digits.json']);
  });
});

describe('adaptations at the same time', () => {
  it('of one release are in nobody’s way: each is a whole run, one of them is in use', async () => {
    const home = tempDir();
    const alone = await adapt(tempDir(), { seed: 3 });
    const all = await Promise.all([1, 2, 3].map((seed) => adapt(home, { seed })));
    expect(runIds(home)).toEqual(all.map(({ run }) => run.id).sort());
    expect(all[2]!.state).toEqual(alone.state);
    expect(all.map(({ run }) => run.id)).toContain(used(home));
    for (const { run } of all) await expect(answers(home, { run: run.id })).resolves.toBeDefined();
    expect(unfinished(home)).toEqual([]);
  });
});
