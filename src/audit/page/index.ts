import { count } from '../../shared/report/terminal/index.js';
import { html, page, type Markup } from '../../shared/report/page/index.js';
import type { AuditResult } from '../audit.js';
import { plain } from '../plain.js';
import type { Claim, OverallVerdict, Verdict } from '../types.js';
import { paragraph, periodText, verdictText } from './summary.js';
import { TERMS } from './terms.js';

const TONE: Record<OverallVerdict | Verdict, string> = {
  PASS: 'good',
  FAIL: 'bad',
  INCOMPLETE: 'warn',
  'NOT CHECKED': 'warn',
  'LEFT OUT': 'soft',
};

/** The page for the files: one HTML file without scripts, which can be printed. */
export function auditPage(result: AuditResult): string {
  const words = verdictText(result);
  return page(
    `fedshot audit: ${words}`,
    html`<h1>Audit: <span class="${TONE[result.verdict]}">${words}</span></h1>
      <p class="soft">
        ${result.at}. Made from the artefacts alone, without asking provider or sites.
      </p>
      ${missing(result)}
      <p class="lead">${paragraph(result)}</p>
      ${figures(result)}
      <h2>Claims</h2>
      <p class="soft">Each opens to what was looked at, and to what it does not cover.</p>
      ${result.claims.map(claimSection)} ${what(result)} ${connections(result)} ${terms()}
      ${signature()}`,
  );
}

/** Failed and open claims come first. */
const missing = ({ missing: lines }: AuditResult): Markup =>
  html`${
    lines.length > 0 &&
    html`<section class="missing">
      <h3>What is missing, and how to get it</h3>
      <ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>
    </section>`
  }`;

function figures({ claims, unexplainedBytes, slackBytes, strangers, connections }: AuditResult) {
  const fact = (name: string, value: string | number): Markup =>
    html`<div>
      <dt>${name}</dt>
      <dd>${typeof value === 'number' ? count(value) : value}</dd>
    </div>`;
  const of = (verdict: Verdict): number =>
    claims.filter((claim) => claim.verdict === verdict).length;
  return html`<dl class="facts">
    ${fact('claims that hold', of('PASS'))} ${fact('that fail', of('FAIL'))}
    ${fact('not checked', of('NOT CHECKED'))} ${fact('left out', of('LEFT OUT'))}
    ${fact('unexplained bytes', unexplainedBytes ?? 'not checked')}
    ${fact('slack, bytes', slackBytes ?? 'not checked')}
    ${fact('connections', strangers === null ? 'not checked' : connections.length)}
  </dl>`;
}

/** What was audited: enough to say later whether something else is the same. */
function what({ about, parts, without }: AuditResult): Markup {
  const row = (name: string, value: Markup | string): Markup =>
    html`<dt>${name}</dt>
      <dd>${value}</dd>`;
  const digest = (hex: string): Markup => html`<code>${hex}</code>`;
  const { provider, releases, period, artefacts, auditor, software } = about;
  return html`<h2>What was audited</h2>
    <dl class="about">
      ${row('auditor', auditor ?? 'not named (--auditor NAME)')} ${row('with', software)}
      ${row('asked for', [...parts].join(', '))}
      ${without.length > 0 && row('left out at the auditor’s wish', without.join(', '))}
      ${row('period', period ? `${periodText(period)} (${period.from} to ${period.until})` : 'none')}
      ${row(
        'provider',
        provider
          ? html`root ${provider.version}, fingerprint ${digest(provider.root)}${
              provider.log !== null && html`; log <code>${provider.log}</code>`
            }`
          : 'not known: no store and root were given',
      )}
      ${releases.map(({ name, version, digest: hex }) =>
        row(`release ${name} ${version}`, digest(hex)),
      )}
      ${artefacts.map(({ kind, name, digest: found }) =>
        row(
          `${kind} ${plain(name)}`,
          found
            ? html`${digest(found.sha256)} (SHA-256; ${count(found.files)} files, ${count(found.bytes)} bytes)`
            : 'not there, or not to be read',
        ),
      )}
    </dl>`;
}

function claimSection(one: Claim): Markup {
  const { id, claim, verdict, evidence, findings, missing: open, notCovered } = one;
  const list = (heading: string, lines: readonly string[]): Markup =>
    html`${
      lines.length > 0 &&
      html`<h3>${heading}</h3>
        <ul>
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`
    }`;
  // What is wrong must not be folded away.
  const shown = verdict === 'FAIL' ? html` open` : html``;
  return html`<details${shown}>
    <summary><span class="${TONE[verdict]}">${verdict}</span> ${claim}</summary>
    <p class="soft">${id}</p>
    ${list('What is wrong', findings)} ${list('What is missing', open)}
    ${list('What was looked at', evidence)} ${list('Not covered', notCovered)}
  </details>`;
}

/** So many connections are listed; the JSON has all of them. */
const LISTED = 100;

function connections({ connections: all }: AuditResult): Markup {
  if (all.length === 0) return html``;
  const listed = all.slice(0, LISTED);
  return html`<details>
    <summary>Connections</summary>
    ${all.length > LISTED && html`<p>The first ${LISTED} of ${count(all.length)}; --json has all.</p>`}
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th>opened</th>
            <th>from</th>
            <th>who</th>
            <th class="right">calls</th>
            <th class="right">bytes out</th>
            <th class="right">unexplained</th>
            <th class="right">bytes in</th>
            <th class="right">unexplained</th>
          </tr>
        </thead>
        <tbody>
          ${listed.map(
            ({ opened, from, who, calls, received, sent }) =>
              html`<tr>
                <td>${plain(opened)}</td>
                <td>${plain(from)}</td>
                <td>${who}</td>
                <td class="right">${count(calls)}</td>
                <td class="right">${count(received.observed)}</td>
                <td class="right">${count(received.unexplained)}</td>
                <td class="right">${count(sent.observed)}</td>
                <td class="right">${count(sent.unexplained)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const terms = (): Markup =>
  html`<h2>Words</h2>
    <dl class="about">
      ${TERMS.map(
        ([term, words]) =>
          html`<dt>${term}</dt>
            <dd>${words}</dd>`,
      )}
    </dl>`;

const signature = (): Markup =>
  html`<section>
    <h2>Signed</h2>
    <p>
      Name, date, signature of who read this page (the signed statement beside it, if there is one,
      is checked with fedshot audit verify-statement):
    </p>
    <p>&nbsp;</p>
  </section>`;
