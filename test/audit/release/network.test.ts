import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateDict } from '../../../src/shared/model/state.js';
import { auditOf } from '../../fixtures/audited.js';
import { big, redTeam } from '../../fixtures/red-team.js';

const red = redTeam();

/** Names a network that nobody has registered here. */
function estrange(dir: string): void {
  const file = join(dir, 'model.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"lenet"', '"stranger"'));
}
const audited = async (change?: (state: StateDict) => void) => {
  const artefacts = red.copy();
  await red.publish(artefacts, change, estrange);
  const { claims, verdict } = await auditOf(artefacts, ['release']);
  const of = (name: string) => claims.find(({ id }) => id === name)!;
  return { verdict, structure: of('release/store'), bits: of('release/bits') };
};

describe('a release whose network the auditor does not know', () => {
  it('is neither passed nor failed, and the network is named', async () => {
    const { verdict, structure } = await audited();
    expect(verdict).toBe('INCOMPLETE');
    expect(structure.verdict).toBe('NOT CHECKED');
    expect(structure.missing).toEqual([
      'digits 2: which tensors model.json declares: network "stranger" is not known here; --plugin FILE registers it',
    ]);
  });

  it('fails all the same for what hides in its weights', async () => {
    const { verdict, bits } = await audited((state) =>
      big(state).forEach((_, i, all) => (all[i] = red.images[i % red.images.length]! / 255)),
    );
    expect(verdict).toBe('FAIL');
    expect(bits.findings.join()).toMatch(/of the values differ, as in an image/);
  });
});
