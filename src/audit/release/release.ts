import { assertFits, decodeState } from '../../shared/model/state.js';
import { notKnown } from '../../shared/model/architecture.js';
import { parseModelConfig, unknownNetwork } from '../../shared/model/config.js';
import { paramSpecs } from '../../shared/model/hypothesis.js';
import { parseSafetensors } from '../../shared/format/safetensors.js';
import { CONFIG_FILE, type Release, type ReleaseFile } from '../../shared/release/index.js';
import type { PublicStore } from './store.js';
import { ENOUGH, lowBits, oddZeros, suspicions } from './statistics.js';
import { claim, type Claim } from '../types.js';

/** `model.json` is text; this is as much of it as there may be. */
const MAX_CONFIG = 256 * 1024;

/** The bytes of a file of a release, or undefined when a chunk is missing or damaged. */
export function fileBytes(store: PublicStore, file: ReleaseFile): Buffer | undefined {
  const parts = file.chunks.map(({ sha256 }) => store.object(sha256));
  return parts.some((part) => part === undefined) ? undefined : Buffer.concat(parts as Buffer[]);
}

/** Everything in the store is a signed release, and every release is a model and nothing else. */
export function auditReleases(store: PublicStore): Claim[] {
  const structure: string[] = [...store.findings];
  const statistics: string[] = [];
  const tables: string[] = [];
  const missing = store.releases.length === 0 ? ['0 releases: nothing was published yet'] : [];
  for (const release of store.releases) {
    const what = `${release.name} ${release.version}`;
    try {
      const { faults, unseen } = structureFaults(store, release);
      structure.push(...faults.map((fault) => `${what}: ${fault}`));
      missing.push(...unseen.map((line) => `${what}: ${line}`));
      for (const { tensor, line, faults } of tensorStatistics(store, release)) {
        tables.push(`${what} ${tensor}: ${line}`);
        statistics.push(...faults.map((fault) => `${what}: ${tensor}: ${fault}`));
      }
    } catch (error) {
      structure.push(`${what}: ${(error as Error).message}`);
    }
  }
  const bytes = store.releases
    .flatMap(({ files }) => files)
    .reduce((sum, { size }) => sum + size, 0);
  return [
    claim('release/store', 'The store holds signed releases and nothing else', {
      evidence: [
        `${store.releases.length} manifests under ${store.roots.length} roots; ${store.bytes} bytes in the store, ${bytes} in the files of releases`,
        ...(store.staged
          ? [
              `root ${store.staged.version} is signed and not public yet: a change of keys was interrupted; the provider’s next command finishes it`,
            ]
          : []),
        'each file: its header exactly the one its tensors give, tensors exactly those of the declared architecture, all values finite',
      ],
      findings: structure,
      missing,
      notCovered: [
        'class names and figures in model.json are text that a person has to read',
        'when and how often releases are published, and which names, versions and times they bear',
      ],
    }),
    claim('release/bits', 'The lowest bits of the weights look as training leaves them', {
      evidence: tables,
      findings: statistics,
      missing: tables.length > 0 ? [] : [whyNoStatistics(store)],
      notCovered: [
        `tensors of fewer than ${ENOUGH} values: ${smallBytes(store)} bytes in all releases`,
        'data that was encrypted or compressed well before it was hidden looks as random as weights do',
        'what the weights, being trained on the data, say of it',
      ],
    }),
  ];
}

/** Why the lowest bits cannot be checked. */
const whyNoStatistics = ({ releases }: PublicStore): string =>
  releases.length === 0
    ? '0 releases: nothing was published yet'
    : `0 tensors of ${ENOUGH} values or more: too few for statistics; leave this claim out with --without release/bits`;

/** What is wrong with a release's files, and what of them could not be looked at. */
function structureFaults(
  store: PublicStore,
  release: Release,
): { faults: string[]; unseen: string[] } {
  const faults: string[] = [];
  const unseen: string[] = [];
  const bytes = new Map(release.files.map((file) => [file.path, fileBytes(store, file)]));
  for (const [path, found] of bytes)
    if (!found) faults.push(`${path}: a chunk is missing from the store, or damaged`);
  const config = bytes.get(CONFIG_FILE);
  if (!config) return { faults, unseen };
  if (config.toString() !== `${JSON.stringify(JSON.parse(config.toString()), null, 2)}\n`)
    faults.push(`${CONFIG_FILE}: not as fedshot writes it: white space, escapes or numbers`);
  if (config.length > MAX_CONFIG) faults.push(`${CONFIG_FILE}: ${config.length} bytes`);
  const stranger = unknownNetwork(config);
  if (stranger !== undefined)
    unseen.push(`which tensors ${CONFIG_FILE} declares: ${notKnown(stranger)}`);
  const specs =
    stranger === undefined ? paramSpecs(parseModelConfig(config, CONFIG_FILE).architecture) : [];
  for (const [path, found] of bytes) {
    if (path === CONFIG_FILE || !found) continue;
    const [part = ''] = path.split('.');
    const own = specs.filter(({ name }) => name.startsWith(`${part}.`));
    try {
      const state = decodeState(found, path);
      if (stranger === undefined) assertFits(state, own, path);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return { faults, unseen };
}

function tensorStatistics(store: PublicStore, release: Release) {
  return release.files.flatMap((file) => {
    const bytes = file.path === CONFIG_FILE ? undefined : fileBytes(store, file);
    if (!bytes) return [];
    return [...parseSafetensors(bytes, { file: file.path })].flatMap(([name, { dtype, data }]) => {
      if (dtype !== 'F32') return [];
      const odd = oddZeros(data);
      const stats = lowBits(data);
      if (stats.elements < ENOUGH && !odd) return [];
      const { entropy, distinct, correlation, elements } = stats;
      // With n values the plug-in estimate falls short of 8 bits by (256 - 1) / (2 n ln 2).
      const expected = 8 - 255 / (2 * elements * Math.LN2);
      return [
        {
          tensor: name,
          line: `low byte ${entropy.toFixed(3)} bits (training gives ${expected.toFixed(3)}), neighbours ${correlation.toFixed(3)} (0 ± ${(1 / Math.sqrt(elements)).toFixed(3)}), ${(100 * distinct).toFixed(1)} % distinct`,
          faults: [...suspicions(stats), ...(odd ? [odd] : [])],
        },
      ];
    });
  });
}

/** Bytes of the tensors that are too small for statistics. */
const smallBytes = (store: PublicStore): number =>
  store.releases
    .flatMap(({ files }) => files.flatMap(({ tensors }) => [...tensors.values()]))
    .map(({ begin, end }) => end - begin)
    .filter((bytes) => bytes < 4 * ENOUGH)
    .reduce((sum, bytes) => sum + bytes, 0);
