import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditPage, auditText, paragraph } from '../../src/audit/index.js';
import { periodText } from '../../src/audit/page/summary.js';
import { leaveAdapted } from '../fixtures/adapted.js';
import { auditOf } from '../fixtures/audited.js';
import { redTeam, SOURCE } from '../fixtures/red-team.js';

const red = redTeam();

describe('periodText', () => {
  it.each([
    ['2026-05-03T10:00:00Z', '2026-05-09T09:00:00Z', 'Between 3 May 2026 and 9 May 2026'],
    ['2026-05-03T10:00:00Z', '2026-05-03T11:30:00Z', 'On 3 May 2026 between 10:00 and 11:30 UTC'],
    ['2026-05-03T10:00:00Z', '2026-05-03T10:00:40Z', 'On 3 May 2026 at 10:00 UTC'],
  ])('%s to %s', (from, until, words) => {
    expect(periodText({ from, until })).toBe(words);
  });
});

describe('the page of an audit', () => {
  it('says in one paragraph what a layman asks, and names what was audited', async () => {
    const artefacts = red.copy();
    leaveAdapted(artefacts.site[0]!);
    const who = { auditor: 'E. <Noether>', software: 'fedshot 9.9.9', data: SOURCE };
    const result = await auditOf(artefacts, undefined, who);
    expect(paragraph(result)).toMatch(
      /^All \d+ claims .* hold\. On .* UTC: 1 pull of released models in 1 connection; [\d,]+ bytes left the provider\. 0 unexplained bytes; up to [\d,]+ bytes could not be judged/,
    );
    const page = auditPage(result);
    for (const words of ['E. &lt;Noether&gt;', 'fedshot 9.9.9', result.about.provider!.root])
      expect(page).toContain(words);
    for (const { name, digest } of result.about.artefacts) {
      expect(page).toContain(digest!.sha256);
      expect(page).toContain(name);
    }
    expect(page).toContain(result.about.releases[0]!.digest);
    expect(page).not.toContain(red.base);
    expect(page).not.toContain('<script');
    expect(page.match(/<details>/g)!.length).toBeGreaterThan(10); // evidence is folded
    expect(page).not.toContain('What is missing');
  });

  it('leads with what is missing; what is wrong is not folded away', async () => {
    const artefacts = red.copy();
    writeFileSync(join(artefacts.log, 'patients.csv'), 'x');
    const result = await auditOf(artefacts);
    const page = auditPage(result);
    expect(page.indexOf('What is missing')).toBeLessThan(page.indexOf('class="lead"'));
    expect(page).toMatch(/<details open>\s*<summary><span class="bad">FAIL<\/span> The folder of/);
    const text = auditText(result);
    expect(text.indexOf('What is missing')).toBeLessThan(text.indexOf('schema: A request'));
    expect(text).toContain('audit: FAIL');
  });

  it('looked at nothing on the wire, and says so', async () => {
    const result = await auditOf(red.copy(), ['release']);
    expect(paragraph(result)).toContain('What passed over the network was not looked at.');
  });
});
