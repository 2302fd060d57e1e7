import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIo } from '../../../src/cli/io.js';
import { run } from '../../../src/cli/run.js';
import type { AdaptResult, Predictions } from '../../../src/client/index.js';
import { train } from '../../../src/provider/train/train.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
let provider: TestProvider;

/** Runs a client command at a site and reads its JSON. */
async function client<T>(site: string, command: string, ...more: string[]): Promise<T> {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env: { GLIBC_TUNABLES: 'glibc.malloc.tcache_max=24' },
  });
  const words = ['client', command, '--home', join(dir, site), '--json', ...more];
  expect(await run(words, io), said.err).toBe(0);
  return JSON.parse(said.out) as T;
}

/** A site that has pulled releases, adapts the first of them with the others, and predicts. */
async function adapted(site: string, name: string, ...sources: string[]) {
  const off = ['--isolate', 'off'];
  await client(site, 'init', '--trust', provider.trustFile);
  for (const one of [name, ...sources])
    await client(site, 'pull', '--from', provider.store, '--name', one, ...off);
  const result = await client<AdaptResult>(
    ...([site, 'adapt', '--name', name, '--data', 'digits:thick?n=120', '--force'] as const),
    ...['--epochs', '2', ...sources.flatMap((other) => ['--source', other]), ...off],
  );
  const predict = ['--name', name, '--data', 'digits:thick?n=20&seed=4', ...off];
  const { predictions } = await client<Predictions>(site, 'predict', ...predict);
  return { result, p: predictions.map(({ probabilities }) => probabilities) };
}

beforeAll(async () => {
  provider = await makeProvider(join(dir, 'provider'));
  for (const [name, seed] of Object.entries({ one: 1, two: 2, three: 3 })) {
    const out = join(provider.dir, name);
    await train({
      data: 'digits:plain?n=300',
      test: 'digits:plain?n=200&seed=1',
      arch: 'mlp',
      hidden: [32],
      bottleneck: 16,
      holdOut: 0.1,
      out,
      epochs: 3,
      batch: 32,
      lr: 0.01,
      smoothing: 0.1,
      augment: 'none',
      seed,
      resume: false,
    });
    const { store, keyring } = provider;
    await publishRelease({ modelDir: out, name, store, keyring, now: new Date() });
  }
}, 60_000);

describe('client adapt --source', () => {
  it('adapts three pulled releases each on its own, and answers with their mean', async () => {
    const together = await adapted('together', 'one', 'two', 'three');
    expect(together.result.sources!.map(({ release }) => release.name)).toEqual([
      ...['one', 'two', 'three'],
    ]);
    const alone: Awaited<ReturnType<typeof adapted>>[] = [];
    for (const name of ['one', 'two', 'three']) alone.push(await adapted(`only ${name}`, name));
    together.result.sources!.forEach(({ adaptedAccuracy }, i) => {
      expect(adaptedAccuracy).toBe(alone[i]!.result.adaptedAccuracy);
    });
    together.p.forEach((row, i) => {
      row.forEach((q, k) => {
        const mean = alone.reduce((s, { p }) => s + p[i]![k]!, 0) / alone.length;
        expect(q).toBeCloseTo(mean, 5);
      });
    });
    expect(together.p).not.toEqual(alone[0]!.p);
  }, 60_000);
});
