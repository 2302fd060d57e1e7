import { html, page, type Markup } from '../shared/report/page/index.js';
import type { AuditResult } from './audit.js';
import type { Claim } from './types.js';

const MARK = { PASS: '✓', FAIL: '✗', 'NOT CHECKED': '–' } as const;

/** Enough for the schema, whose last line is the sum. */
const LINES = 12;

/** One claim as a terminal shows it. */
export const claimLines = (one: Claim): string =>
  [
    `${MARK[one.verdict]} ${one.verdict.padEnd(4)}  ${one.part}: ${one.claim}`,
    ...one.findings.map((line) => `         ✗ ${line}`),
    ...one.evidence.slice(0, LINES).map((line) => `         ${line}`),
    ...(one.evidence.length > LINES
      ? [`         and ${one.evidence.length - LINES} more in --json and --html`]
      : []),
    ...one.notCovered.map((line) => `         not covered: ${line}`),
  ].join('\n');

/** The page as a terminal shows it. */
export function auditText({ verdict, claims, unexplainedBytes, slackBytes }: AuditResult): string {
  const bytes =
    unexplainedBytes === null
      ? []
      : [`unexplained bytes: ${unexplainedBytes}`, `slack: ${slackBytes ?? 0} bytes`];
  return [...claims.map(claimLines), '', `audit: ${[verdict, ...bytes].join(', ')}`].join('\n');
}

/** The page that can be filed: one file, no script, as good on paper. */
export function auditPage(result: AuditResult): string {
  const { verdict, at, claims, unexplainedBytes, slackBytes, connections } = result;
  const tone = verdict === 'PASS' ? 'good' : verdict === 'FAIL' ? 'bad' : 'soft';
  const fact = (name: string, value: string | number): Markup =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return page(
    `fedshot audit: ${verdict}`,
    html`<h1>Audit: <span class="${tone}">${verdict}</span></h1>
      <p class="soft">${at}. Made from the artefacts alone, without asking provider or sites.</p>
      <dl class="facts">
        ${fact('claims', claims.length)}
        ${fact('failed', claims.filter((claim) => claim.verdict === 'FAIL').length)}
        ${fact('not checked', claims.filter((claim) => claim.verdict === 'NOT CHECKED').length)}
        ${fact('unexplained bytes', unexplainedBytes ?? 'not checked')}
        ${fact('slack, bytes', slackBytes ?? 'not checked')}
        ${fact('connections', connections.length)}
      </dl>
      ${claims.map(claimSection)}
      <section>
        <h2>Signed</h2>
        <p>Name, date, signature of who read this page:</p>
        <p>&nbsp;</p>
      </section>`,
  );
}

function claimSection({ part, claim, verdict, evidence, findings, notCovered }: Claim): Markup {
  const tone = verdict === 'PASS' ? 'good' : verdict === 'FAIL' ? 'bad' : 'soft';
  const list = (heading: string, lines: readonly string[]): Markup =>
    html`${
      lines.length > 0 &&
      html`<h3>${heading}</h3>
      <ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`
    }`;
  return html`<section>
    <h2><span class="${tone}">${verdict}</span> ${claim}</h2>
    <p class="soft">part: ${part}</p>
    ${list('What is wrong', findings)} ${list('Evidence', evidence)}
    ${list('Not covered', notCovered)}
  </section>`;
}
