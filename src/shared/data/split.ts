import type { Random } from '../random.js';

/**
 * Splits 0..n−1 at random.
 * @param share of the samples that are held out, in (0, 1)
 */
export function holdOut(
  n: number,
  share: number,
  random: Random,
): { kept: Int32Array; held: Int32Array } {
  const order = random.fork('hold-out').permutation(n);
  const cut = Math.max(1, Math.round(n * share));
  return { kept: order.slice(cut).sort(), held: order.slice(0, cut).sort() };
}

/** Share that is held out where nobody says otherwise, and the most that is taken for a card's sake. */
const SHARE = 0.1;
const MOST = 1 / 3;

/**
 * Splits 0..n−1 so that every class has at least `least` held-out samples, where that takes no more
 * than `most` of them: a tenth at random if that is enough, else a larger share of each class alike.
 *
 * @param labels class of each sample, 0..K−1
 * @param otherwise what is held out where it would take more: as much as may be, or a tenth
 */
export function holdOutForCard(
  labels: Int32Array,
  K: number,
  least: number,
  random: Random,
  { most = MOST, otherwise = 'most' }: { most?: number; otherwise?: 'most' | 'tenth' } = {},
): { kept: Int32Array; held: Int32Array } {
  const plain = holdOut(labels.length, SHARE, random);
  const all = countsOf(labels, K);
  const held = countsOf(
    plain.held.map((i) => labels[i]!),
    K,
  );
  if (all.every((count, k) => count === 0 || held[k]! >= least)) return plain;
  const rarest = Math.min(...all.filter((count) => count > 0));
  if (otherwise === 'tenth' && least / rarest > most) return plain;
  const share = Math.min(most, Math.max(SHARE, least / rarest));
  const wanted = all.map((count) => Math.round(share * count));
  const order = random.fork('hold-out').permutation(labels.length);
  const isHeld = new Uint8Array(labels.length);
  for (const i of order) if (wanted[labels[i]!]!-- > 0) isHeld[i] = 1;
  const inOrder = Int32Array.from(labels, (_, i) => i);
  const [kept, own] = [0, 1].map((side) => inOrder.filter((i) => isHeld[i] === side));
  return own!.length === 0 ? plain : { kept: kept!, held: own! };
}

function countsOf(labels: Int32Array, K: number): number[] {
  const counts = new Array<number>(K).fill(0);
  for (const k of labels) counts[k]!++;
  return counts;
}

/**
 * Splits 0..n−1 so that no group (a patient, a study) is on both sides: whole groups are held out, in
 * random order, until they make up the share.
 *
 * @param groups per sample what it belongs to; two or more different ones
 */
export function holdOutGroups(
  groups: readonly string[],
  share: number,
  random: Random,
): { kept: Int32Array; held: Int32Array } {
  const names = [...new Set(groups)].sort();
  const order = random.fork('hold-out').permutation(names.length);
  const members = new Map(names.map((name): [string, number[]] => [name, []]));
  groups.forEach((name, i) => members.get(name)?.push(i));
  const held: number[] = [];
  // the last group stays with those that are trained on
  for (const k of order.subarray(0, names.length - 1)) {
    if (held.length >= share * groups.length) break;
    held.push(...(members.get(names[k]!) ?? []));
  }
  const out = new Set(held);
  const kept = groups.flatMap((_, i) => (out.has(i) ? [] : [i]));
  return { kept: Int32Array.from(kept), held: Int32Array.from(held).sort() };
}
