import { basename, join } from 'node:path';
import { loadDataset, sourceName, type Dataset, type DataSource } from '../../shared/data/index.js';
import { readCommitted } from '../../shared/folders.js';
import { MODEL_FILES } from '../../shared/model/folder.js';
import { CONFIG_FILE } from '../../shared/release/index.js';
import { parseSafetensors } from '../../shared/format/safetensors.js';
import { random } from '../../shared/random.js';
import type { PublicStore } from '../release/store.js';
import { claim, notChecked, type Claim } from '../types.js';
import { fileBytes } from '../release/release.js';
import { encodings, type Encoding } from './encodings.js';
import { needlesOf, normalisations, type Needles } from './needles.js';
import { isText, tableEncodings } from './numbers.js';
import { WINDOW } from './search.js';

const CANARIES = 3;
/** Shortest run of bytes that is certain to hold a window at a place that is searched. */
const LEAST_RUN = 2 * WINDOW - 1;

/** What the data is called, without the folders of this machine. */
export const shownSource = (source: DataSource): string => {
  const notation = sourceName(source);
  const [, reader = '', paths = '', rest = ''] = /^([^:]*:)([^#?]*)(.*)$/s.exec(notation) ?? [];
  return reader === ''
    ? notation
    : `${reader}${paths
        .split(',')
        .map((path) => basename(path))
        .join(',')}${rest}`;
};

/**
 * Searches every released byte for the source data. The provider runs it, where the data is; the
 * result holds no data. Canaries that are planted on purpose show that the search works.
 */
export async function auditData(store: PublicStore, source: DataSource): Promise<Claim> {
  const objects = new Set(
    store.releases.flatMap(({ chunks }) => chunks.map(({ sha256 }) => sha256)),
  );
  // One by one: a tensor begins with a chunk, so that values stand at multiples of four.
  const released = [...objects].flatMap((id) => store.object(id) ?? []);
  const configs = store.releases.flatMap(({ files }) => {
    const file = files.find(({ path }) => path === CONFIG_FILE);
    return (file && fileBytes(store, file)) ?? [];
  });
  return search(source, released, { where: 'the released bytes', configs });
}

/**
 * The same before anything is released: looks for the source data in the files of a model.
 *
 * @param dir folder that `provider train` wrote
 * @throws FedshotError `not-found`, `format`
 */
export function auditModelData(dir: string, source: DataSource): Promise<Claim> {
  const pieces = MODEL_FILES.flatMap((name) => {
    const bytes = readCommitted(dir, name);
    if (!name.endsWith('.safetensors')) return [bytes];
    const tensors = parseSafetensors(bytes, { file: join(dir, name) });
    return [bytes.subarray(0, tensors.dataStart), ...[...tensors.values()].map(({ data }) => data)];
  });
  const configs = [readCommitted(dir, CONFIG_FILE)];
  return search(source, pieces, { where: `the files of ${basename(dir)}`, configs });
}

async function search(
  source: DataSource,
  released: readonly Uint8Array[],
  { where, configs }: { where: string; configs: readonly Buffer[] },
): Promise<Claim> {
  const statement = `No sample of ${shownSource(source)}, nor a window of one, is in ${where}`;
  const dataset = await loadDataset(source);
  if (released.length === 0)
    return claim('data/search', statement, {
      missing: ['0 bytes have been released: publish first, then look'],
    });
  const needles = needlesOf(dataset, configs);
  const ways = [
    ...encodings(normalisations(configs)),
    ...(dataset.kind === 'table' ? tableEncodings() : []),
  ];
  const findings = ways.flatMap((way) =>
    released.flatMap((bytes) => {
      const found = (isText(way) ? needles.text : needles.index).find(way.extract(bytes));
      return found
        ? [`sample ${found.sample} of the source data, as ${way.name}, at ${found.at}`]
        : [];
    }),
  );
  const canaries = plantCanaries(needles, ways, released);
  const bytes = released.reduce((sum, { length }) => sum + length, 0);
  return claim('data/search', statement, {
    evidence: [
      `${dataset.count} samples of [${dataset.shape.join(', ')}], ${needles.index.size} windows of ${WINDOW} bytes; ${bytes} bytes in ${ways.length} encodings`,
      `${canaries.planted} canaries were put there on purpose, ${canaries.found === canaries.planted ? 'and' : canaries.found} found`,
    ],
    findings,
    missing: blindness(dataset, needles, canaries),
    notCovered: notCovered(dataset, needles),
  });
}

/** Without the data that a model was trained on, the search cannot be done. */
export const noSource = (): Claim =>
  notChecked(
    'data/search',
    'No sample that the model was trained on is in its files',
    '--source NOTATION: the data that it was trained on, as given to provider train --data',
  );

interface Canaries {
  readonly planted: number;
  readonly found: number;
  /** Encodings in which a canary was not found. */
  readonly blind: readonly string[];
}

/** Plants pieces of the data in each of the encodings, and searches for them. */
function plantCanaries(
  { findable, index, text }: Needles,
  ways: readonly Encoding[],
  released: readonly Uint8Array[],
): Canaries {
  const largest = released.reduce((a, b) => (b.length > a.length ? b : a), new Uint8Array(0));
  const draw = random('canary', findable.length);
  let [planted, found] = [0, 0];
  const blind = new Set<string>();
  for (const way of ways)
    for (let i = 0; i < CANARIES && findable.length > 0; i++) {
      const { needle, from } = findable[draw.int(findable.length)]!;
      const secret = needle.bytes.subarray(from);
      if (isText(way) && text.size === 0) continue; // whole small numbers, of which any text has some
      planted++;
      const room = largest.subarray(0, Math.max(secret.length * 64, LEAST_RUN * 64));
      const seen = (isText(way) ? text : index).find(way.extract(way.plant(room, secret)));
      if (seen) found++;
      else blind.add(way.name);
    }
  return { planted, found, blind: [...blind] };
}

/** Why the search would not have seen the data, had it been there. */
function blindness(dataset: Dataset, { findable }: Needles, canaries: Canaries): string[] {
  if (findable.length === 0)
    return [
      dataset.kind === 'table'
        ? 'no rows of this table can be told from background: too few, or of too few different values; look at the released files by hand'
        : 'no sample can be told from background: each is blank, or of fewer than five grey levels',
    ];
  return canaries.blind.map(
    (name) => `the search is blind to ${name}: a canary that was put there was not found`,
  );
}

function notCovered(dataset: Dataset, { list, findable, samplesEach, text }: Needles): string[] {
  const unseen = list.length - findable.length;
  return [
    dataset.kind === 'image'
      ? `runs of fewer than ${LEAST_RUN} values, and values that differ by less than rounding`
      : `fewer than ${samplesEach > 1 ? `${2 * samplesEach} rows side by side` : `${Math.ceil(LEAST_RUN / 4)} values side by side, but for whole rows`}; rows in another order of columns; values that were rounded`,
    ...(unseen > 0
      ? [
          `${unseen} of ${list.length} ${samplesEach > 1 ? 'blocks of rows' : 'samples'} that are too plain to be told from background`,
        ]
      : []),
    ...(dataset.kind === 'table' && text.size === 0
      ? ['whole small numbers as text, of which any text has some']
      : []),
    'encryption, compression, and encodings that are not listed in docs/audit.md',
  ];
}
