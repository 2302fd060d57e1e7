import { loadDataset } from '../../shared/data/index.js';
import { random } from '../../shared/random.js';
import type { PublicStore } from '../store.js';
import { claim, type Claim } from '../types.js';
import { encodings } from './encodings.js';
import { WINDOW, WindowIndex } from './search.js';

const CANARIES = 3;

/**
 * Looks for the source data in every released byte. Run by the provider, where the data is; its
 * result holds no data. That it would find something is shown by putting canaries there on purpose.
 *
 * @param notation the source data, in the notation of docs/data.md
 */
export async function auditData(store: PublicStore, notation: string): Promise<Claim> {
  const { x, count, kind, shape } = await loadDataset(notation);
  const size = x.length / count;
  const index = new WindowIndex();
  const levels = (sample: number): Uint8Array => {
    const row = x.subarray(sample * size, (sample + 1) * size);
    return kind === 'image'
      ? Uint8Array.from(row, (value) => Math.round(value * 255))
      : new Uint8Array(row.slice().buffer);
  };
  for (let sample = 0; sample < count; sample++) index.add(sample, levels(sample));

  const objects = new Set(
    store.releases.flatMap(({ chunks }) => chunks.map(({ sha256 }) => sha256)),
  );
  // One by one: a tensor begins with a chunk, so that values stand at multiples of four.
  const released = [...objects].flatMap((id) => store.object(id) ?? []);
  const ways = encodings();
  const findings: string[] = [];
  for (const way of ways)
    for (const bytes of released) {
      const found = index.find(way.extract(bytes));
      if (found)
        findings.push(`sample ${found.sample} of the source data, as ${way.name}, at ${found.at}`);
    }

  const largest = released.reduce((a, b) => (b.length > a.length ? b : a), Buffer.alloc(0));
  const draw = random('canary', count);
  let planted = 0;
  for (const way of ways)
    for (let i = 0; i < CANARIES; i++) {
      const secret = levels(draw.int(count));
      const probe = new WindowIndex();
      probe.add(0, secret);
      if (probe.size === 0) continue; // a blank sample says nothing
      planted++;
      const room = largest.subarray(0, secret.length * 64);
      if (!index.find(way.extract(way.plant(room, secret))))
        findings.push(
          `a canary, put there as ${way.name}, was not found: the search is blind to it`,
        );
    }
  return claim(
    'data',
    'No sample of the source data, nor a window of one, is in the released bytes',
    {
      evidence: [
        `${count} samples of [${shape.join(', ')}], ${index.size} windows of ${WINDOW} values; ${released.reduce((sum, { length }) => sum + length, 0)} released bytes in ${ways.length} encodings`,
        `${planted} canaries were put there on purpose, and found`,
      ],
      findings,
      notCovered: [
        `runs of fewer than ${2 * WINDOW - 1} values, and values that differ by less than rounding`,
        'encryption, compression, and encodings that are not listed in docs/audit.md',
      ],
    },
  );
}
