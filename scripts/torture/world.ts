/** A small provider and site, made once and copied for each case. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../../src/shared/random.js';
import { inProcess, type Said } from './command.js';

/** The folders of a case; every path begins with its own. */
export interface Place {
  readonly dir: string;
  at(...names: string[]): string;
}

export const place = (dir: string): Place => ({ dir, at: (...names) => join(dir, ...names) });

/** In memory where there is such a place: a copy of a state takes 5 ms there, and a tenth of a second on a disk. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Two classes in three columns, `shift` apart from those of the provider. */
function table(rows: number, seed: number, shift: number): string {
  const draw = random(seed);
  const lines = Array.from({ length: rows }, (_, i) => {
    const values = [0, 1, 2].map(() => (draw.normal() + 2 * (i % 2) + shift).toFixed(3));
    return [...values, i % 2 === 0 ? 'no' : 'yes'].join(',');
  });
  return `a,b,c,label\n${lines.join('\n')}\n`;
}

/** The engine that needs nothing installed, without threads: they would take longer to start than to help. */
export const WASM = ['--engine', 'wasm', '--threads', '1'];

export const TRAIN = (at: Place, seed: number, out: string): string[] => [
  ...['provider', 'train', '--data', `csv:${at.at('train.csv')}#label=label`, '--arch', 'mlp'],
  ...['--hidden', '8', '--bottleneck', '4', '--epochs', '2', ...WASM],
  ...['--seed', String(seed), '--out', at.at(out), '--json'],
];
export const PUBLISH = (at: Place, model: string): string[] => [
  ...['provider', 'publish', '--model', at.at(model), '--name', 'digits'],
  ...['--store', at.at('store'), '--json'],
];
export const PULL = (at: Place, home: string): string[] => [
  ...['client', 'pull', '--home', at.at(home), '--from', at.at('store'), '--name', 'digits'],
  '--json',
];
export const ADAPT = (at: Place, home: string, seed: number): string[] => [
  ...['client', 'adapt', '--home', at.at(home), '--name', 'digits', ...WASM],
  ...['--data', `csv:${at.at('site.csv')}#label=label`, '--epochs', '2', '--seed', String(seed)],
  ...['--force', '--json'],
];

async function must(words: readonly string[]): Promise<Said> {
  const said = await inProcess(words);
  if (said.code !== 0) throw new Error(`${words.join(' ')}: exit ${said.code}: ${said.err}`);
  return said;
}

/** The state that the cases begin with: two trained models, one of them released, pulled and adapted. */
export async function makeWorld(): Promise<Place> {
  const at = place(mkdtempSync(join(TEMPORARY, 'fedshot-torture-')));
  writeFileSync(at.at('train.csv'), table(160, 1, 0));
  writeFileSync(at.at('site.csv'), table(120, 2, 0.3));
  await must(['provider', 'init', '--store', at.at('store'), '--host', 'localhost']);
  await must(TRAIN(at, 1, 'model'));
  await must(TRAIN(at, 2, 'model-2'));
  await must(PUBLISH(at, 'model'));
  mkdirSync(at.at('home'));
  for (const home of ['home', 'other'])
    await must(['client', 'init', '--home', at.at(home), '--trust', at.at('store', 'trust.json')]);
  await must(PULL(at, 'home'));
  await must(ADAPT(at, 'home', 1));
  await must(['provision', 'init', '--store', at.at('store')]);
  for (const site of ['ward-1', 'ward-2'])
    await must([
      ...['provision', 'site', site, '--store', at.at('store')],
      ...['--address', 'localhost:7443', '--out', at.at(`kit-${site}`)],
    ]);
  return at;
}

/** A copy of a state under a name of its own, which `work` gets and which is gone afterwards. */
export async function withCopy<T>(of: Place, work: (at: Place) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(TEMPORARY, 'fedshot-torture-case-'));
  try {
    cpSync(of.dir, dir, { recursive: true, preserveTimestamps: true });
    return await work(place(dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
