import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit, type AuditResult } from '../../src/audit/index.js';
import { openTransparency } from '../../src/provider/transparency.js';
import { leaveAdapted } from '../fixtures/adapted.js';
import { auditOf } from '../fixtures/audited.js';
import { runCommand } from '../fixtures/command.js';
import { makeProvider } from '../fixtures/provider.js';
import { record, RECORDER } from '../fixtures/record.js';
import { sealSite } from '../fixtures/sealed-site.js';
import { redTeam, SOURCE, type Artefacts } from '../fixtures/red-team.js';
import { tempDir } from '../fixtures/temp.js';

const red = redTeam();
const flags = ({ store, trust, log, record: [file], site: [home] }: Artefacts): string[] => [
  ...['--store', store, '--trust', trust, '--log', log],
  ...['--record', file!, '--site', home!, '--data', SOURCE],
];

function whole(): Artefacts {
  const artefacts = red.copy();
  leaveAdapted(artefacts.site[0]!);
  sealSite(artefacts.site[0]!);
  return artefacts;
}

async function command(...words: string[]) {
  const html = join(tempDir(), 'audit.html');
  const apart = ['--isolate', 'off', '--html', html, '--json'];
  const { code, out, err } = await runCommand('audit', ...words, ...apart);
  const result = JSON.parse(out) as AuditResult;
  return { code, err, result, page: existsSync(html) ? readFileSync(html, 'utf8') : '' };
}
const open = ({ claims }: AuditResult): string[] =>
  claims.filter(({ verdict }) => verdict === 'NOT CHECKED').map(({ id }) => id);

describe('an audit of which not everything could be checked', () => {
  it('with nothing at all is incomplete, with an exit code of its own', async () => {
    const { code, result, page } = await command();
    expect([code, result.verdict]).toEqual([20, 'INCOMPLETE']);
    expect(open(result)).toHaveLength(5);
    expect(page.indexOf('--trust FILE')).toBeGreaterThan(0);
    expect(page.indexOf('--trust FILE')).toBeLessThan(page.indexOf('Claims'));
    expect(page).not.toContain('>PASS</span></h1>');
  });

  it('with everything passes, and says nothing of anything missing', async () => {
    const { code, result, page } = await command(...flags(whole()));
    expect([code, result.verdict, result.missing]).toEqual([0, 'PASS', []]);
    expect(page).toContain('<h1>Audit: <span class="good">PASS</span></h1>');
  });

  it.each(['--store', '--trust', '--log', '--record', '--site', '--data'])(
    'without %s alone: what is missing comes first',
    async (flag) => {
      const all = flags(whole());
      all.splice(all.indexOf(flag), 2);
      const { code, result, page, err } = await command(...all);
      expect([code, result.verdict]).toEqual([20, 'INCOMPLETE']);
      expect(result.missing.join('\n')).toContain(flag);
      expect(page.indexOf(`${flag} `)).toBeLessThan(page.indexOf('claims that hold'));
      expect(err).toContain('the audit is incomplete');
    },
  );

  it('left out by name it passes, and its words say so', async () => {
    const all = flags(whole());
    all.splice(all.indexOf('--site'), 4);
    const { code, result, page } = await command(...all, '--without', 'data,site');
    expect([code, result.verdict]).toEqual([0, 'PASS']);
    expect(page).toContain('PASS (without data, site)');
    expect(page).toContain('left out at the auditor’s wish');
    const left = result.claims.filter(({ verdict }) => verdict === 'LEFT OUT');
    expect(left.map(({ id }) => id)).toEqual(['log/one', 'data/all', 'site/all']);
  });

  it('what is wrong cannot be left out claim by claim', async () => {
    const artefacts = whole();
    writeFileSync(join(artefacts.log, 'patients.csv'), 'x');
    const { result } = await command(...flags(artefacts), '--without', 'log/one,release/bits');
    expect(result.verdict).toBe('FAIL');
  });

  it('an unknown name after --without is refused', async () => {
    const { code } = await runCommand('audit', '--without', 'dat');
    expect(code).toBe(2);
  });

  it('a part by name asks for that part alone', async () => {
    const { store, trust } = whole();
    const { code, result, page } = await command('release', '--store', store, '--trust', trust);
    expect([code, result.verdict, result.parts]).toEqual([0, 'PASS', ['release']]);
    expect(page).toContain('PASS of the part release');
  });
});

describe('claims of nothing', () => {
  it('0 releases, 0 leaves and 0 connections are not checked', async () => {
    const provider = await makeProvider(tempDir());
    const { store, keyring, trustFile: trust } = provider;
    const [log, file] = [join(tempDir(), 'log'), join(tempDir(), 'record.jsonl')];
    const transparency = await openTransparency({
      store,
      keyring,
      dir: log,
      now: () => new Date(),
    });
    const server = await provider.serve({ transparency });
    const recorder = await record(server.port, file);
    await recorder.close();
    await server.close();
    const result = await audit({ store, trust, log, record: [file], data: SOURCE });
    expect(result.verdict).toBe('INCOMPLETE');
    expect(open(result)).toEqual([
      ...['log/whole', 'log/one', 'egress/messages', 'egress/wire', 'egress/sites'],
      ...['egress/strangers', 'release/store', 'release/bits', 'data/search', 'site/network'],
    ]);
  });

  it('a site that has adapted nothing is not said to have done so apart', async () => {
    const artefacts = red.copy();
    const result = await auditOf(artefacts, ['site']);
    expect(result.verdict).toBe('INCOMPLETE');
    expect(open(result)).toEqual(['site/network', 'site/files', 'site/classifier']);
  });

  it('a log that no site has seen is not said to be one for all', async () => {
    const result = await auditOf({ ...red.copy(), site: [] }, ['log']);
    expect([result.verdict, open(result)]).toEqual(['INCOMPLETE', ['log/one']]);
  });

  it('a record of which the recorder is not pinned says so, and pinned it is more', async () => {
    const loose = await auditOf(red.copy(), ['egress']);
    const pinned = await auditOf(red.copy(), ['egress'], { recorderKey: RECORDER.keyid });
    const [one, other] = [loose, pinned].map(({ claims }) =>
      claims.find(({ id }) => id === 'egress/record'),
    );
    expect(one!.claim).toContain('consistent with itself');
    expect(one!.notCovered.join()).toContain('--recorder-key');
    expect(other!.claim).toContain('as the pinned recorder wrote it');
    expect([one!.verdict, other!.verdict]).toEqual(['PASS', 'PASS']);
  });
});

describe('an empty folder', () => {
  it('is no store: one that was not mounted is missing, not wrong', async () => {
    const artefacts = { ...whole(), trust: join(tempDir(), 'trust.json') };
    copyFileSync(join(artefacts.store, 'trust.json'), artefacts.trust);
    renameSync(artefacts.store, `${artefacts.store}-away`);
    mkdirSync(artefacts.store);
    const { code, result } = await command(...flags(artefacts));
    expect([code, result.verdict]).toEqual([20, 'INCOMPLETE']);
    expect(result.missing[0]).toMatch(/^no such store: store is not there, or is empty/);
  });
});
