import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditPage } from '../../src/audit/index.js';
import { leaveAdapted } from '../fixtures/adapted.js';
import { auditOf } from '../fixtures/audited.js';
import { SITE, sealSite } from '../fixtures/sealed-site.js';
import { redTeam, type Artefacts } from '../fixtures/red-team.js';

const red = redTeam();
/** Few samples: what becomes of files is the question here, not what is found in weights. */
const SOURCE = 'digits:plain?n=20';

/** The first file below a folder whose path fits. */
const fileIn = (dir: string, pattern: RegExp): string => {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  return join(
    dir,
    names.find((name) => pattern.test(name) && statSync(join(dir, name)).isFile())!,
  );
};

/** Every file that somebody hands an auditor. */
const FILES: Record<string, (artefacts: Artefacts) => string> = {
  'the pinned root': ({ trust }) => trust,
  'a root of the store': ({ store }) => join(store, 'metadata/root/1.json'),
  'a manifest': ({ store }) => join(store, 'metadata/releases/digits/1.json'),
  'a freshness statement': ({ store }) => join(store, 'metadata/freshness.json'),
  'a chunk': ({ store }) => fileIn(join(store, 'objects'), /[0-9a-f]{64}$/),
  'a checkpoint': ({ log }) => join(log, 'checkpoint'),
  'a bundle of leaves': ({ log }) => fileIn(log, /tile\/entries/),
  'a tile': ({ log }) => fileIn(log, /tile\/0/),
  'a statement that was sent': ({ log }) => fileIn(log, /^responses/),
  'a certificate that was shown': ({ log }) => fileIn(log, /^certificates/),
  'a record': ({ record }) => record[0]!,
  'the state of a site': ({ site }) => join(site[0]!, 'trust/state.json'),
  'the record of a run': ({ site }) => join(site[0]!, 'adapted/digits/record.json'),
  'the isolation of a run': ({ site }) => join(site[0]!, 'adapted/digits/isolation.json'),
  'the classifier of a site': ({ site }) => join(site[0]!, 'adapted/digits/C.safetensors'),
};

/** A site's index lists its files: one that is missing is a finding. */
const isOfSite = (what: string): boolean => /a site$|of a run$/.test(what);

/** What may have become of it. */
const DAMAGE: Record<string, (file: string) => unknown> = {
  missing: (file) => rmSync(file),
  empty: (file) => truncateSync(file, 0),
  truncated: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'with one bit flipped': (file) => {
    const bytes = readFileSync(file);
    // In the last third: a digit or letter of what is signed, a byte of what is hashed.
    let at = Math.floor(bytes.length * 0.7);
    while (!/[\w]/.test(String.fromCharCode(bytes[at]!)) && at < bytes.length - 1) at++;
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
  },
  'a folder in its place': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'a pipe in its place': (file) => {
    rmSync(file);
    execFileSync('mkfifo', [file]);
  },
  'a link to /dev/zero in its place': (file) => {
    rmSync(file);
    symlinkSync('/dev/zero', file);
  },
  'other JSON': (file) => writeFileSync(file, '{"a":1}\n'),
};

describe('every artefact, damaged', () => {
  const cases = Object.keys(FILES).flatMap((what) => Object.keys(DAMAGE).map((how) => [what, how]));
  it.each(cases as [string, string][])(
    '%s, %s: never a pass, and always a page',
    async (what, how) => {
      const artefacts = red.copy();
      leaveAdapted(artefacts.site[0]!);
      sealSite(artefacts.site[0]!);
      DAMAGE[how]!(FILES[what]!(artefacts));
      const result = await auditOf(artefacts, undefined, { data: SOURCE, siteKey: [SITE.keyid] });
      const page = auditPage(result);
      expect(page).toContain('Audit: <span');
      expect(result.verdict).not.toBe('PASS');
      if (how !== 'missing' || isOfSite(what)) expect(result.verdict).toBe('FAIL');
      expect(page).not.toContain(red.base); // no path of this machine
    },
  );

  it('undamaged they pass', async () => {
    const artefacts = red.copy();
    leaveAdapted(artefacts.site[0]!);
    expect((await auditOf(artefacts, undefined, { data: SOURCE })).verdict).toBe('PASS');
  });

  it('a name that steers a terminal reaches none', async () => {
    const artefacts = red.copy();
    writeFileSync(join(artefacts.store, '\u001b[2Jaudit: PASS\n'), '');
    const { claims } = await auditOf(artefacts, ['release']);
    const [finding] = claims.find(({ verdict }) => verdict === 'FAIL')!.findings;
    expect(finding).toMatch(/^\\u\{1b\}\[2Jaudit: PASS\\u\{0a\}: belongs to no signed release/);
  });
});
