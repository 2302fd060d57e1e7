import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adaptRelease } from '../../../src/client/index.js';
import type { VerdictOutcome } from '../../../src/client/diagnostics/index.js';
import { listRuns } from '../../../src/client/runs/list.js';
import { putIntoUse, rollBack } from '../../../src/client/runs/manage.js';
import { readRecord, runIds } from '../../../src/client/runs/read.js';
import { silent } from '../../../src/shared/reporter.js';
import { writeOld } from '../../fixtures/old-home.js';
import { adapt, answers, options, used } from '../../fixtures/scripted-adapt.js';
import { script } from '../../fixtures/scripted-battery.js';
import { tempDir } from '../../fixtures/temp.js';

vi.mock('../../../src/client/diagnostics/judge.js', async (original) =>
  (await import('../../fixtures/scripted-battery.js')).scriptedJudge(await original()),
);
vi.mock('../../../src/client/pull/releases.js', async () =>
  (await import('../../fixtures/scripted-battery.js')).tinyReleases(),
);

beforeEach(() => {
  script.says = 'ok';
});

describe('what is in use', () => {
  it.each(['refuse', 'rolled back', 'undecided'] as VerdictOutcome[])(
    'stays, to the last byte, where an adaptation ends with "%s"; forced, it moves',
    async (outcome) => {
      const home = tempDir();
      const good = await adapt(home);
      expect(good.run).toMatchObject({ inUse: true, verdict: { outcome: 'ok', accepted: true } });
      const before = await answers(home);
      script.says = outcome;
      const bad = await adapt(home, { seed: 8 });
      expect(bad.run).toMatchObject({ inUse: false, verdict: { outcome, accepted: false } });
      expect(used(home)).toBe(good.run.id);
      expect(await answers(home)).toEqual(before);
      const forced = await adapt(home, { seed: 8, force: true });
      expect(forced.run).toMatchObject({ inUse: true, verdict: { accepted: false, forced: true } });
      expect(used(home)).toBe(forced.run.id);
      expect((await answers(home)).model).toMatchObject({ run: forced.run.id, forced: true });
      expect((await rollBack(home, 'digits', silent)).inUse?.run).toBe(good.run.id);
      expect(await answers(home)).toEqual(before);
    },
  );

  it('is the released model where nothing was accepted so far, and after the last roll-back', async () => {
    const home = tempDir();
    await expect(answers(home)).rejects.toMatchObject({ code: 'not-found' });
    script.says = 'rolled back';
    await adapt(home);
    const released = await answers(home, { sourceModel: true });
    expect(await answers(home)).toEqual(released);
    expect(released.model).toMatchObject({ run: null, release: { version: 1 } });
    script.says = 'ok';
    await adapt(home);
    expect((await answers(home)).predictions).not.toEqual(released.predictions);
    expect(await rollBack(home, 'digits', silent)).toEqual({ name: 'digits', inUse: null });
    expect(await answers(home)).toEqual(released);
    await expect(rollBack(home, 'digits', silent)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is what is asked for: an accepted run by its id, its beginning or its name, others by force', async () => {
    const home = tempDir();
    const first = await adapt(home, { runName: 'first of all' });
    const second = await adapt(home, { seed: 8 });
    script.says = 'rolled back';
    const bad = await adapt(home, { seed: 9, keepWeights: true, runName: 'bad' });
    const lost = await adapt(home, { seed: 10 });
    const use = (run: string, force = false) =>
      putIntoUse(home, run, { force, now: new Date(), reporter: silent });
    await use('first of all');
    expect(used(home)).toBe(first.run.id);
    await use(second.run.id.slice(0, -1));
    expect(used(home)).toBe(second.run.id);
    await expect(use('bad')).rejects.toMatchObject({ code: 'rolled-back' });
    await expect(use(lost.run.id, true)).rejects.toMatchObject({ code: 'not-found' });
    await expect(use('nothing')).rejects.toMatchObject({ code: 'not-found' });
    await expect(use('20')).rejects.toMatchObject({ code: 'not-found' });
    await expect(use(first.run.id.slice(0, 4))).rejects.toMatchObject({ code: 'usage' });
    expect(used(home)).toBe(second.run.id);
    expect((await answers(home, { run: 'bad' })).model.run).toBe(bad.run.id);
    await use('bad', true);
    expect(used(home)).toBe(bad.run.id);
    expect((await rollBack(home, 'digits', silent)).inUse?.run).toBe(second.run.id);
  });

  it('does not become a run that is damaged, neither by use nor by roll-back', async () => {
    const home = tempDir();
    const first = await adapt(home);
    const second = await adapt(home, { seed: 8 });
    const file = join(home, 'runs', first.run.id, 'F.safetensors');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('\0')]));
    const refusal = { code: 'digest', message: expect.stringContaining(file) as string };
    await expect(rollBack(home, 'digits', silent)).rejects.toMatchObject(refusal);
    const use = putIntoUse(home, first.run.id, { now: new Date(), reporter: silent });
    await expect(use).rejects.toMatchObject(refusal);
    expect(used(home)).toBe(second.run.id);
    await expect(answers(home, { run: first.run.id })).rejects.toMatchObject(refusal);
    await expect(answers(home)).resolves.toBeDefined();
  });

  it('of a home of 0.1 is taken over before the first run, and can be gone back to', async () => {
    const home = tempDir();
    writeOld(home, { name: 'digits' });
    const before = await answers(home);
    expect(before.model.run).toBe('adapted/digits');
    script.says = 'refuse';
    await adapt(home);
    expect((await answers(home)).predictions).toEqual(before.predictions);
    script.says = 'ok';
    await adapt(home, { seed: 8 });
    expect((await answers(home)).predictions).not.toEqual(before.predictions);
    await rollBack(home, 'digits', silent);
    expect((await answers(home)).predictions).toEqual(before.predictions);
  });
});

describe('several sources', () => {
  it('are runs of their own, and what the site uses of the others stays', async () => {
    const home = tempDir();
    const own = await adaptRelease(home, 'two', options);
    const together = await adapt(home, { seed: 8 }, ['two']);
    expect(used(home, 'two')).toBe(own.run.id);
    expect(used(home)).toBe(together.run.id);
    const { record } = readRecord(home, together.run.id);
    const [member] = record.together!;
    expect(runIds(home)).toHaveLength(3);
    expect(readRecord(home, member!.run, member!.record).record.result.release.name).toBe('two');
    const { model } = await answers(home);
    expect(model.together).toEqual([member!.run]);
  });

  it('answer together also where one of them keeps its released model, and not where all do', async () => {
    const home = tempDir();
    script.says = 'rolled back';
    const none = await adapt(home, {}, ['two']);
    expect(none.run).toMatchObject({ inUse: false, verdict: { accepted: false } });
    expect(used(home)).toBe('released');
    script.says = 'ok';
    const both = await adapt(home, { seed: 8 }, ['two']);
    expect(both.run.inUse).toBe(true);
    const [member] = readRecord(home, both.run.id).record.together!;
    const file = join(home, 'runs', member!.run, 'B.safetensors');
    writeFileSync(file, readFileSync(file).subarray(1));
    await expect(answers(home)).rejects.toMatchObject({ code: 'digest' });
  });
});

describe('what a run keeps', () => {
  it('pictures in a file of their own, and only where a report was asked for', async () => {
    const home = tempDir();
    const without = await adapt(home);
    const withThem = await adapt(home, { keepSamples: true });
    const file = (id: string, name: string) => join(home, 'runs', id, name);
    expect(existsSync(file(without.run.id, 'samples.json'))).toBe(false);
    expect(statSync(file(withThem.run.id, 'samples.json')).mode & 0o777).toBe(0o600);
    for (const id of runIds(home))
      expect(readFileSync(file(id, 'record.json'), 'utf8')).not.toContain('"images"');
  });

  it('its settings and not where its data lies; its weights only where they are of use', async () => {
    const home = tempDir();
    const prior = join(home, 'secret place/prior.json');
    mkdirSync(join(home, 'secret place'));
    const shares = Object.fromEntries(Array.from({ length: 10 }, (_, k) => [String(k), 1]));
    writeFileSync(prior, JSON.stringify(shares));
    const { run } = await adapt(home, { prior, runName: 'named', now: () => new Date(86_400_000) });
    expect(run.id).toMatch(/^19700102T000000000Z-/);
    const { record } = readRecord(home, run.id);
    expect(record).toMatchObject({ name: 'named', settings: { prior: 'prior.json', seed: 7 } });
    expect(JSON.stringify(record)).not.toContain('secret place');
    script.says = 'rolled back';
    const bad = await adapt(home);
    expect(readRecord(home, bad.run.id).record.files).toEqual({});
    const all = await listRuns(home, 'digits');
    expect(all.map(({ weights, accepted }) => [weights, accepted])).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('auto', () => {
  it('keeps the released model where the battery refuses all, and takes the best of them by force', async () => {
    const home = tempDir();
    const good = await adapt(home);
    script.says = 'rolled back';
    const none = await adapt(home, { method: 'auto', epochs: 1 });
    expect(none.result).toMatchObject({
      method: 'source',
      battery: { outcome: 'rolled back', kept: 'source' },
    });
    expect(used(home)).toBe(good.run.id);
    const forced = await adapt(home, { method: 'auto', epochs: 1, force: true });
    expect(forced.result.method).not.toBe('source');
    expect(used(home)).toBe(forced.run.id);
    script.says = 'refuse';
    const refused = await adapt(home, { method: 'auto', epochs: 1 });
    expect(refused.run).toMatchObject({ inUse: false, verdict: { outcome: 'refuse' } });
  }, 60_000);
});
