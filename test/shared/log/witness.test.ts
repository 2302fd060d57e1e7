import { describe, expect, test } from 'vitest';
import { signCheckpoint, witness, witnessedNotes } from '../../../src/shared/log/index.js';
import {
  consistencyProof,
  hashLeaf,
  hashNode,
  treeRoot,
  type Subtree,
} from '../../../src/shared/log/merkle.js';
import { signerOf } from '../../../src/shared/release/index.js';

const signer = signerOf(new Uint8Array(32).fill(7));
const second = signerOf(new Uint8Array(32).fill(9));
const trust = { keys: new Map([signer, second].map((key) => [key.keyid, key.publicKey])) };

/** A log in memory; from leaf `fork` on it tells another story than one without a fork. */
function history({ fork = Infinity, origin = 'fedshot/log', key = signer } = {}) {
  const subtree: Subtree = (height, index) =>
    height === 0
      ? hashLeaf(Buffer.from(`${index}${index >= fork ? ' forked' : ''}`))
      : hashNode(subtree(height - 1, 2 * index), subtree(height - 1, 2 * index + 1));
  return {
    note: (size: number) =>
      signCheckpoint({ origin, size, root: Buffer.from(treeRoot(size, subtree)) }, key),
    ask: (a: number, b: number) => Promise.resolve(consistencyProof(a, b, subtree)),
  };
}
const never = () => Promise.reject(new Error('asked for a proof that is not needed'));

async function seen(...notes: string[]): Promise<string> {
  let state: string | undefined;
  for (const note of notes) {
    const result = await witness(state, note, trust, history().ask);
    if (!result.consistent) throw new Error(result.evidence.why);
    state = result.state;
  }
  return state!;
}

describe('witness', () => {
  const log = history();

  test('accepts a first checkpoint, the same again, and any that extends it', async () => {
    const state = await seen(log.note(5), log.note(5), log.note(6), log.note(40));
    expect(witnessedNotes(state)).toEqual([log.note(40)]);
  });

  test('accepts a log that was empty before', async () => {
    expect((await witness(await seen(log.note(0)), log.note(3), trust, never)).consistent).toBe(
      true,
    );
  });

  test('keeps the logs of two mirrors apart', async () => {
    const mirror = history({ origin: 'fedshot/mirror', key: second, fork: 0 });
    const state = await seen(log.note(9), mirror.note(2));
    expect(witnessedNotes(state)).toEqual([log.note(9), mirror.note(2)]);
  });

  test.each([
    ['a rewritten log', history({ fork: 3 }), 9, 'does not begin with'],
    ['a split view: another tree of the same size', history({ fork: 3 }), 5, 'does not begin with'],
    ['a log that went back', log, 4, 'has 4 leaves where it had 5'],
    ['a log begun anew under another name', history({ origin: 'fedshot/new' }), 9, 'another log'],
  ])('%s is refused, and the two signed notes are the evidence', async (_name, liar, size, why) => {
    const before = await seen(log.note(5));
    const result = await witness(before, liar.note(size), trust, liar.ask);
    expect(result).toMatchObject({
      consistent: false,
      evidence: { seen: log.note(5), offered: liar.note(size) },
    });
    if (!result.consistent) expect(result.evidence.why).toContain(why);
  });

  test('a checkpoint by a key that is no log key is refused', async () => {
    const stranger = history({ key: signerOf(new Uint8Array(32).fill(1)) });
    await expect(witness(undefined, stranger.note(5), trust, never)).rejects.toMatchObject({
      code: 'signature',
    });
  });
});
