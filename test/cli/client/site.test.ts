import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createIo } from '../../../src/cli/io.js';
import { run } from '../../../src/cli/run.js';
import { train } from '../../../src/provider/train/train.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
const released = new Map<string, Model>();

// what is pulled and how it is verified has tests of its own
vi.mock('../../../src/client/pull/releases.js', () => ({
  openRelease: (_home: string, name: string) => {
    const model = released.get(name);
    if (!model) throw new FedshotError('not-found', `"${name}" has not been pulled`);
    return { model, id: { name, version: 1, digest: `digest of ${name}` } };
  },
}));

/** Runs a client command at a site of its own, or at one that was there before. */
async function client(site: string, command: string, ...more: string[]) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    // a process that has these settings is not started anew with them
    env: { GLIBC_TUNABLES: 'glibc.malloc.tcache_max=24' },
  });
  const where = ['--home', join(dir, site), '--name', 'digits', '--isolate', 'off'];
  const code = await run(['client', command, ...where, ...more], io);
  return { code, ...said };
}
const THICK = ['--data', 'digits:thick?n=120', '--epochs', '2'];

beforeAll(async () => {
  const own = { digits: 1, other: 2 };
  for (const [name, seed] of Object.entries(own)) {
    const out = join(dir, name);
    await train({
      data: 'digits:plain?n=400',
      test: 'digits:plain?n=250&seed=1',
      arch: 'mlp',
      hidden: [32],
      bottleneck: 16,
      holdOut: 0.1,
      out,
      epochs: 4,
      batch: 32,
      lr: 0.01,
      smoothing: 0.1,
      augment: 'none',
      seed,
      resume: false,
    });
    released.set(name, readModel(out));
  }
  const { state, config } = released.get('other')!;
  const classes = config.classes.map((name) => `letter ${name}`);
  released.set('letters', { state, config: { ...config, classes } });
}, 60_000);

describe('client diagnose', () => {
  it('finds inverted images, names the option, and has nothing to say with it', async () => {
    const inverted = ['--data', 'digits:inverted?n=200'];
    const { code, out } = await client('d', 'diagnose', ...inverted);
    expect(code).toBe(0);
    expect(out).toMatch(/^200 samples, before adapting\nverdict: /);
    expect(out).toContain('--invert');
    const read = await client('d', 'diagnose', ...inverted, '--invert');
    expect(read.out).toBe('200 samples, before adapting\nverdict: ok\n');
  });

  it('says so where it judges a model that was adapted before', async () => {
    await client('e', 'adapt', ...THICK, '--force');
    const { out } = await client('e', 'diagnose', '--data', 'digits:thick?n=120');
    expect(out).toContain('120 samples, with the model adapted before');
  });
});

describe('client adapt', () => {
  it('takes what the site knows of its classes', async () => {
    for (const flag of [['--partial'], ['--prior', 'estimate'], ['--prior', 'uniform']]) {
      const { code, out } = await client('p', 'adapt', ...THICK, ...flag);
      expect(code).toBe(0);
      expect(out).toContain('the classifier is bit for bit the released one');
    }
    const file = join(dir, 'prior.json');
    writeFileSync(file, '{"0": 1, "ten": 2}');
    const refused = await client('p', 'adapt', ...THICK, '--prior', file);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/prior\.json/);
  });

  it.each([
    [['--budget', '1m'], '--budget has no effect with --method shot'],
    [['--partial', '--prior', 'estimate'], '--partial and --prior exclude each other'],
    [['--partial', '--method', 'nrc'], '--partial has no effect with --method nrc'],
    [['--prior', 'estimate', '--method', 'bn'], '--prior has no effect with --method bn'],
    [['--augment', 'affine', '--method', 't3a'], '--augment has no effect with --method t3a'],
  ])('refuses %j by name', async (flags, message) => {
    const { code, err } = await client('x', 'adapt', ...THICK, ...flags);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('reads images at a size of its own finding, or a given one, and refuses none', async () => {
    for (const factor of ['fit', '1.1']) {
      const { code } = await client('z', 'adapt', ...THICK, '--zoom', factor);
      expect(code).toBe(0);
    }
    const { code, err } = await client('z', 'adapt', ...THICK, '--zoom', '0');
    expect(code).toBe(2);
    expect(err).toContain('--zoom');
    expect(err).toContain('a number above 0');
  });

  it('takes slants out and fills the frame where it is told to, and refuses so for a table', async () => {
    const { code } = await client('u', 'adapt', ...THICK, '--deslant', '--fill');
    expect(code).toBe(0);
    const file = join(dir, 'table.csv');
    writeFileSync(file, 'a,b\n1,2\n3,4\n');
    for (const flag of ['--deslant', '--fill']) {
      const refused = await client('u', 'adapt', '--data', `csv:${file}`, '--epochs', '1', flag);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain(`${flag} needs images`);
    }
  });

  it('chooses among methods within a budget and shows what it chose from', async () => {
    const auto = [...THICK, '--method', 'auto', '--budget', '1m'];
    const { code, out } = await client('a', 'adapt', ...auto);
    expect(code).toBe(0);
    expect(out).toMatch(/\nmethod: \S+ /);
    for (const method of ['source', 'bn', 'shot', 'shot-im', 'nrc', 'shot\\+\\+', 'aad'])
      expect(out).toMatch(new RegExp(`\n {2}${method}: .*, agreement .*, accuracy .* s\n`));
  }, 30_000);

  it('calls nothing unknown where nothing stands apart, and says why', async () => {
    const { out } = await client('o', 'adapt', ...THICK, '--open-set', '--force');
    expect(out).toMatch(
      /\n0\.0% of the samples seem to be of no known class \(uncertain ones do not stand apart: 0\.[67]\d, 0\.8 is needed\)\n/,
    );
    const { out: rows } = await client('o', 'predict', '--data', 'digits:thick?n=60');
    expect(rows).not.toContain('unknown');
  });

  it('lets several sources answer together, and predicts with all of them', async () => {
    const { out } = await client('s', 'adapt', ...THICK, '--source', 'other');
    expect(out).toContain('2 sources answer together');
    expect(out).toMatch(/\n {2}digits version 1: .*\n {2}other version 1: /);
    const first = await client('s', 'predict', '--data', 'digits:thick?n=5');
    await client('one', 'adapt', ...THICK);
    const alone = await client('one', 'predict', '--data', 'digits:thick?n=5');
    expect(first.out.split('\n')).toHaveLength(7);
    expect(first.out).not.toBe(alone.out);
  });

  it('refuses sources that were not pulled or have other classes, before it adapts', async () => {
    const missing = await client('r', 'adapt', ...THICK, '--source', 'nobody');
    expect(missing.err).toContain('"nobody" has not been pulled');
    const other = await client('r', 'adapt', ...THICK, '--source', 'letters');
    expect(other.err).toContain('letters and digits have different classes');
    expect(missing.code * other.code).not.toBe(0);
    const { err } = await client('r', 'predict', '--data', 'digits:thick?n=5');
    expect(err).toContain('no adapted model of "digits"');
  });
});

describe('client predict', () => {
  it('reads images as they were read when the model was adapted', async () => {
    const inverted = ['--data', 'digits:inverted?n=200'];
    await client('i', 'adapt', ...inverted, '--invert', '--epochs', '1', '--method', 'source');
    const { out } = await client('i', 'predict', ...inverted);
    const plain = await client('i', 'predict', ...inverted, '--source-model');
    expect(out).not.toBe(plain.out);
  });

  it('writes rows as JSON lines to a file', async () => {
    const file = join(dir, 'rows.jsonl');
    const where = ['--data', 'digits:thick?n=3', '--source-model', '--format', 'jsonl'];
    const { code, out } = await client('f', 'predict', ...where, '--out', file);
    expect([code, out]).toEqual([0, `3 predictions written to ${file}\n`]);
    const rows = readFileSync(file, 'utf8').trim().split('\n');
    expect(rows.map((row) => (JSON.parse(row) as { index: number }).index)).toEqual([0, 1, 2]);
  });
});
