import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/shared/release/index.js';
import { leaveAdapted } from '../../fixtures/adapted.js';
import { auditOf } from '../../fixtures/audited.js';
import { failed, more, redTeam, wire, type Artefacts } from '../../fixtures/red-team.js';

const red = redTeam();

describe('the site', () => {
  const adapted = leaveAdapted;
  /** The same as a run of its own, with the digests of its files. */
  function run(home: string, change: { weights?: boolean; file?: string } = {}): void {
    adapted(home);
    const old = join(home, 'adapted/digits');
    const dir = join(home, 'runs/20261127T132927123Z-abcdef');
    mkdirSync(join(home, 'runs/.unfinished/20261127T132927124Z-abcdef'), { recursive: true });
    renameSync(old, dir);
    const record = JSON.parse(readFileSync(join(dir, 'record.json'), 'utf8')) as object;
    if (change.weights === false) rmSync(join(dir, 'C.safetensors'));
    const files = Object.fromEntries(
      readdirSync(dir)
        .filter((name) => name !== 'record.json')
        .map((name) => [name, sha256(readFileSync(join(dir, name)))]),
    );
    if (change.file !== undefined)
      writeFileSync(join(dir, change.file), `${readFileSync(join(dir, change.file), 'utf8')} `);
    writeFileSync(join(dir, 'record.json'), JSON.stringify({ ...record, files }));
  }
  const faithful = ({ site }: Artefacts) => adapted(site[0]!);

  test('an adaptation with a network', () =>
    red.caught(
      'site',
      ({ site }) => adapted(site[0]!, { network: 'reachable' }),
      'the network could be reached',
      faithful,
    ));
  test('an adaptation that got through to something', () =>
    red.caught(
      'site',
      ({ site }) =>
        adapted(site[0]!, { attempts: [{ attempt: 'read /patients', result: 'succeeded' }] }),
      'it could read /patients',
      faithful,
    ));
  test('an adaptation that says it was apart, and tried nothing', () =>
    red.caught(
      'site',
      ({ site }) => adapted(site[0]!, { attempts: [] }),
      'no way out was tried',
      faithful,
    ));
  test('files that were not confined are no finding and no pass: the page says so', async () => {
    const open = red.copy();
    adapted(open.site[0]!, {
      files: 'open',
      attempts: [
        { attempt: 'connect', result: 'ENETUNREACH' },
        { attempt: 'read /bait', result: 'succeeded' },
      ],
    });
    const { claims, verdict } = await auditOf(open, ['site']);
    expect(verdict).toBe('INCOMPLETE');
    expect(claims.find(({ claim }) => claim.includes('no files but its own'))).toMatchObject({
      verdict: 'NOT CHECKED',
    });
  });
  test('confined, it says, and no file was tried: no finding and no pass', async () => {
    const untried = red.copy();
    adapted(untried.site[0]!, { attempts: [{ attempt: 'connect', result: 'ENETUNREACH' }] });
    const { claims, verdict } = await auditOf(untried, ['site']);
    expect(verdict).toBe('INCOMPLETE');
    expect(claims.find(({ id }) => id === 'site/files')!.missing).toEqual([
      expect.stringContaining('no file was tried'),
    ]);
  });
  test('a folder that is no site’s home is a finding', async () => {
    const artefacts = red.copy();
    const result = await auditOf({ ...artefacts, site: [artefacts.log] }, ['site']);
    expect(result.verdict).toBe('FAIL');
    expect(failed(result)).toMatch(/log: not what a site hands over/);
  });
  test('what a site has sent beside pulls is named without the part egress', () =>
    red.caught(
      'site',
      (artefacts) => wire(artefacts, ({ sent }) => more(sent, 4000)),
      /connection 0: \d+ bytes that nothing explains/,
    ));
  test('a classifier that was changed by one bit', () =>
    red.caught(
      'site',
      ({ site }) => adapted(site[0]!, { changed: true }),
      'is not the released one',
      faithful,
    ));
  test('a run one of whose files was changed', () =>
    red.caught(
      'site',
      ({ site }) => run(site[0]!, { file: 'isolation.json' }),
      'isolation.json is not the file that the run’s record names',
      ({ site }) => run(site[0]!),
    ));
  test('a run that was not accepted keeps no weights, and is no finding', async () => {
    const refused = red.copy();
    run(refused.site[0]!, { weights: false });
    const { claims } = await auditOf(refused, ['site']);
    expect(claims.flatMap(({ findings }) => findings)).toEqual([]);
    expect(claims.flatMap(({ evidence }) => evidence).join()).toContain('digits 1 was adapted');
  });
  test('a site that was shown two logs', () =>
    red.caught(
      'site',
      ({ site }) => {
        mkdirSync(join(site[0]!, 'evidence'));
        writeFileSync(join(site[0]!, 'evidence/log-1.json'), '{}');
      },
      'cannot both be true',
      faithful,
    ));
});
