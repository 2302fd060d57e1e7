import { join } from 'node:path';
import { loadDataset } from '../../shared/data/index.js';
import { readCommitted } from '../../shared/folders.js';
import { parseModelConfig } from '../../shared/model/config.js';
import { MODEL_FILES } from '../../shared/model/folder.js';
import { CONFIG_FILE } from '../../shared/release/index.js';
import { parseSafetensors } from '../../shared/safetensors.js';
import { random } from '../../shared/random.js';
import type { PublicStore } from '../store.js';
import { claim, type Claim } from '../types.js';
import { fileBytes } from '../release.js';
import { encodings, type Normalisation } from './encodings.js';
import { WINDOW, WindowIndex } from './search.js';

const CANARIES = 3;

/**
 * Looks for the source data in every released byte. Run by the provider, where the data is; its
 * result holds no data. That it would find something is shown by putting canaries there on purpose.
 *
 * @param notation the source data, in the notation of docs/data.md
 */
export function auditData(store: PublicStore, notation: string): Promise<Claim> {
  const objects = new Set(
    store.releases.flatMap(({ chunks }) => chunks.map(({ sha256 }) => sha256)),
  );
  // One by one: a tensor begins with a chunk, so that values stand at multiples of four.
  const released = [...objects].flatMap((id) => store.object(id) ?? []);
  const configs = store.releases.flatMap(({ files }) => {
    const file = files.find(({ path }) => path === CONFIG_FILE);
    return (file && fileBytes(store, file)) ?? [];
  });
  return search(notation, released, { where: 'the released bytes', configs });
}

/**
 * The same before anything is released: looks for the source data in the files of a model.
 *
 * @param dir folder that `provider train` wrote
 * @throws FedshotError `not-found`, `format`
 */
export function auditModelData(dir: string, notation: string): Promise<Claim> {
  const pieces = MODEL_FILES.flatMap((name) => {
    const bytes = readCommitted(dir, name);
    if (!name.endsWith('.safetensors')) return [bytes];
    const tensors = parseSafetensors(bytes, { file: join(dir, name) });
    return [bytes.subarray(0, tensors.dataStart), ...[...tensors.values()].map(({ data }) => data)];
  });
  return search(notation, pieces, {
    where: `the files of ${dir}`,
    configs: [readCommitted(dir, CONFIG_FILE)],
  });
}

/** Each channel's figures, of images only; a config that is not one is found by `audit release`. */
function normalisations(bytes: Buffer): Normalisation[] {
  try {
    const { input } = parseModelConfig(bytes, CONFIG_FILE);
    if (input.kind !== 'image') return [];
    return input.mean.map((mean, channel) => ({ mean, std: input.std[channel]! }));
  } catch {
    return [];
  }
}

async function search(
  notation: string,
  released: readonly Uint8Array[],
  { where, configs }: { where: string; configs: readonly Buffer[] },
): Promise<Claim> {
  const statement = `No sample of ${notation}, nor a window of one, is in ${where}`;
  const { x, count, kind, shape } = await loadDataset(notation);
  if (released.length === 0)
    return claim('data', statement, { evidence: ['nothing has been released yet'], findings: [] });
  const size = x.length / count;
  const index = new WindowIndex();
  const levels = (sample: number): Uint8Array => {
    const row = x.subarray(sample * size, (sample + 1) * size);
    return kind === 'image'
      ? Uint8Array.from(row, (value) => Math.round(value * 255))
      : new Uint8Array(row.slice().buffer);
  };
  for (let sample = 0; sample < count; sample++) index.add(sample, levels(sample));

  const figures = configs
    .flatMap(normalisations)
    .map((each) => [JSON.stringify(each), each] as const);
  const ways = encodings([...new Map(figures).values()]);
  const findings: string[] = [];
  for (const way of ways)
    for (const bytes of released) {
      const found = index.find(way.extract(bytes));
      if (found)
        findings.push(`sample ${found.sample} of the source data, as ${way.name}, at ${found.at}`);
    }

  const largest = released.reduce((a, b) => (b.length > a.length ? b : a), new Uint8Array(0));
  const draw = random('canary', count);
  let [planted, missed] = [0, 0];
  for (const way of ways)
    for (let i = 0; i < CANARIES; i++) {
      const secret = levels(draw.int(count));
      const probe = new WindowIndex();
      probe.add(0, secret);
      if (probe.size === 0) continue; // a blank sample says nothing
      planted++;
      const room = largest.subarray(0, secret.length * 64);
      if (index.find(way.extract(way.plant(room, secret)))) continue;
      missed++;
      findings.push(`a canary, put there as ${way.name}, was not found: the search is blind to it`);
    }
  return claim('data', statement, {
    evidence: [
      `${count} samples of [${shape.join(', ')}], ${index.size} windows of ${WINDOW} values; ${released.reduce((sum, { length }) => sum + length, 0)} bytes in ${ways.length} encodings`,
      `${planted} canaries were put there on purpose, ${missed === 0 ? 'and' : `${planted - missed}`} found`,
    ],
    findings,
    notCovered: [
      `runs of fewer than ${2 * WINDOW - 1} values, and values that differ by less than rounding`,
      'encryption, compression, and encodings that are not listed in docs/audit.md',
    ],
  });
}
