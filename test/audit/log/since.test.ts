import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSince } from '../../../src/audit/index.js';
import { auditOf } from '../../fixtures/audited.js';
import { failed, redTeam, type Artefacts } from '../../fixtures/red-team.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith } from '../../fixtures/world.js';

const red = redTeam();
const HOUR = 3_600_000;

/** A log that began an hour before there was a recorder, by a pull that nobody recorded. */
async function older(artefacts: Artefacts, hoursBack = 1): Promise<Artefacts> {
  await red.rewrite(artefacts, (leaves) => [
    ...leaves.map((leaf) => ({ ...leaf, time: leaf.time - hoursBack * HOUR, port: 2 })),
    ...leaves,
  ]);
  return artefacts;
}
const wire = ({ claims }: Awaited<ReturnType<typeof auditOf>>) =>
  claims.find(({ id }) => id === 'egress/wire')!;
const then = (): Date => new Date(Date.now() - HOUR / 2);

describe('a recorder that came later', () => {
  it('without --since the leaves before it are of no connection', async () => {
    const result = await auditOf(await older(red.copy()), ['egress']);
    expect(failed(result)).toMatch(/no such connection was recorded/);
  });

  it('with the time they are listed as not covered, and all else is held to', async () => {
    const artefacts = await older(red.copy());
    const since = parseSince(then().toISOString());
    const result = await auditOf(artefacts, ['egress'], { since });
    expect(result.verdict).toBe('PASS');
    expect(wire(result).notCovered[0]).toMatch(/before leaf \d+ \(--since\): \d+ leaves/);
  });

  it('with the checkpoint of then, as a file, the same', async () => {
    const before = red.copy();
    await red.rewrite(before, (leaves) =>
      leaves.map((leaf) => ({ ...leaf, time: leaf.time - HOUR, port: 2 })),
    );
    const file = join(tempDir(), 'checkpoint');
    writeFileSync(file, readFileSync(join(before.log, 'checkpoint')));
    const since = parseSince(file);
    const result = await auditOf(await older(red.copy()), ['egress'], { since });
    expect(result.verdict).toBe('PASS');
  });

  it('a leaf of later that is dated back does not get away', async () => {
    const artefacts = red.copy();
    await red.rewrite(artefacts, (leaves) => [
      ...leaves,
      {
        ...leaves.find(({ method }) => method === 'GetChunks')!,
        port: 2,
        time: then().getTime() - HOUR,
      },
    ]);
    const since = parseSince(then().toISOString());
    const result = await auditOf(artefacts, ['egress'], { since });
    expect(failed(result)).toMatch(/leaf \d+: \d+ bytes to port 2, and no such connection/);
  });

  it('a checkpoint that no log key has signed is a finding', async () => {
    const file = join(tempDir(), 'checkpoint');
    const note = readFileSync(join(red.audited.artefacts.log, 'checkpoint'), 'utf8');
    writeFileSync(
      file,
      note.replace(/^\S+\n\d+/, (two) => `${two}0`),
    );
    const result = await auditOf(red.copy(), ['egress'], { since: parseSince(file) });
    expect(failed(result)).toMatch(/not signed by a log key/);
  });

  it('what is neither a time nor a file is refused', () => {
    for (const text of ['yesterday', '12', ''])
      expect(() => parseSince(text)).toThrow(failsWith('usage'));
  });
});
