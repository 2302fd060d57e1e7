import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, expect } from 'vitest';
import { auditOf } from '../../fixtures/audited.js';
import { failed, redTeam, type Artefacts } from '../../fixtures/red-team.js';

const red = redTeam();

describe('the log', () => {
  const bundle = ({ log }: Artefacts): string => {
    const dir = join(log, 'tile/entries/000.p');
    return join(dir, readdirSync(dir)[0]!);
  };

  test('a leaf deleted', () =>
    red.caught(
      'log',
      (artefacts) => {
        const bytes = readFileSync(bundle(artefacts));
        writeFileSync(
          bundle(artefacts),
          Buffer.concat([bytes.subarray(0, 390), bytes.subarray(520)]),
        );
      },
      'leaf 3 is missing',
    ));

  test('a byte count changed in a leaf', () =>
    red.caught(
      'log',
      (artefacts) => {
        const bytes = readFileSync(bundle(artefacts));
        bytes[5 * 130 + 2 + 31]! ^= 1;
        writeFileSync(bundle(artefacts), bytes);
      },
      'leaf 5 was changed',
    ));

  test('a rewritten log, shorter than a site has seen it', () =>
    red.caught(
      'log',
      (artefacts) => red.rewrite(artefacts, (entries) => entries.slice(0, 4)),
      /has seen \d+ leaves, and the log has 4/,
      (artefacts) => red.rewrite(artefacts, (entries) => entries),
    ));

  test('a split view: the log that is shown now is not the one that the site was shown', () =>
    red.caught(
      'log',
      (artefacts) =>
        red.rewrite(artefacts, (entries) =>
          entries.map((entry, i) => (i === 2 ? { ...entry, call: 999 } : entry)),
        ),
      'was shown another log',
      (artefacts) => red.rewrite(artefacts, (entries) => entries),
    ));

  test('a checkpoint signed by a key that is no log key', async () => {
    const artefacts = red.copy();
    const note = join(artefacts.log, 'checkpoint');
    writeFileSync(
      note,
      readFileSync(note, 'utf8').replace(
        / [A-Za-z0-9+/]{80,}=*\n$/,
        ` ${Buffer.alloc(68, 3).toString('base64')}\n`,
      ),
    );
    const result = await auditOf(artefacts, ['log']);
    expect(result.verdict).toBe('FAIL');
    expect(failed(result)).toMatch(/^log: log: checkpoint: not signed by a log key/);
  });
});
