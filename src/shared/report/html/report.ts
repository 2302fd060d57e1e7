import { html, page, type Markup } from '../page/index.js';
import { bytes, count, durationText, percent, points } from '../terminal/index.js';
import { lineChart, pointsOf, type Series } from './charts.js';
import type { ReportModel, SiteReport } from './model.js';
import { site, weight } from './site.js';

/** The self-contained HTML page of one or more adaptations. */
export function renderReport(model: ReportModel): string {
  return page(
    model.title,
    html`<h1>${model.title}</h1>
      <p class="soft">
        ${model.created.toISOString().slice(0, 16).replace('T', ' ')} UTC · fedshot ${model.version}
      </p>
      ${summary(model.sites)} ${model.sites.length > 1 && together(model.sites)}
      ${model.sites.map(site)} ${environment(model)}`,
  );
}

function summary(sites: SiteReport[]): Markup {
  const judged = sites.some(({ run }) => run.battery);
  const labelled = sites.some(({ run }) => run.adaptedAccuracy !== undefined);
  return html`<div class="scroll">
    <table class="figures">
      <thead>
        <tr>
          <th>site</th>
          ${
            labelled &&
            html`<th class="right">source only</th>
              <th class="right">adapted</th>
              <th class="right">change</th>`
          }
          <th class="right">pseudo-labels agree</th>
          <th class="right">received</th>
          <th class="right">time</th>
          ${judged && html`<th>verdict</th>`}
        </tr>
      </thead>
      <tbody>
        ${sites.map(({ name, data, bytesReceived, run }) => {
          const { sourceOnlyAccuracy: before, adaptedAccuracy: after } = run;
          const change = before !== undefined && after !== undefined ? after - before : undefined;
          return html`<tr>
            <td>${name}<br /><code class="soft">${data}</code></td>
            ${
              labelled &&
              html`<td class="right" data-label="source only">${percent(before)}</td>
                <td class="right" data-label="adapted">${percent(after)}</td>
                <td class="right ${tone(change)}" data-label="change">${points(change)}</td>`
            }
            <td class="right" data-label="pseudo-labels agree">${percent(run.pseudoLabelAgreement)}</td>
            <td class="right" data-label="received">${bytes(bytesReceived)}</td>
            <td class="right" data-label="time">${durationText(run.seconds)}</td>
            ${judged && verdictCell(run.battery?.outcome)}
          </tr> `;
        })}
      </tbody>
    </table>
  </div>`;
}

const verdictCell = (outcome: string | undefined): Markup =>
  outcome === undefined
    ? html`<td></td>`
    : html`<td class="${weight(outcome)}" data-label="verdict">${outcome}</td>`;

function tone(change: number | undefined): string {
  if (change === undefined || Math.abs(change) < 0.0005) return '';
  return change > 0 ? 'good' : 'bad';
}

/** Every site's accuracy in one picture; without labels, how far its pseudo-labels agree. */
function together(sites: SiteReport[]): Markup {
  const labelled = sites.some(({ run }) => run.adaptedAccuracy !== undefined);
  const series: Series[] = sites.map(({ name, run }) => {
    const points = pointsOf(run.epochs, (epoch) =>
      labelled ? epoch.accuracy : epoch.pseudoLabelAgreement,
    );
    if (run.sourceOnlyAccuracy !== undefined) points.unshift([0, run.sourceOnlyAccuracy]);
    return { name, points };
  });
  const what = labelled
    ? 'Accuracy of every site over its epochs'
    : 'Pseudo-label agreement per site';
  return html`<h3>${what}</h3>
    <div class="scroll"><div class="wide">${lineChart(series, { description: what, share: 'fit', wide: true })}</div></div>`;
}

function environment({ sites, version }: ReportModel): Markup {
  const rows = new Map<string, Set<string>>();
  const add = (key: string, value: string): void => {
    rows.set(key, (rows.get(key) ?? new Set()).add(value));
  };
  for (const { run } of sites) {
    const { engine, release } = run;
    add('release', `${release.name}, version ${release.version}`);
    add('digest', release.digest);
    add(
      'engine',
      `${engine.name} ${engine.version} on ${engine.device}, ${engine.threads} thread${engine.threads === 1 ? '' : 's'}`,
    );
    add('seed', String(run.seed));
  }
  add('fedshot', version);
  add('node', process.version.slice(1));
  add('system', `${process.platform} ${process.arch}`);
  return html`<section>
    <h2>How this was made</h2>
    <div class="scroll">
      <table>
        <tbody>
          ${[...rows].map(
            ([key, values]) =>
              html`<tr>
                <th scope="row">${key}</th>
                <td class="mono">${[...values].join('; ')}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    <p class="soft">
      ${accuracy(sites)} Samples adapted to: ${count(sites.reduce((n, { run }) => n + run.n, 0))}.
    </p>
  </section>`;
}

/** What accuracies on the page rest on, as far as there are any. */
function accuracy(sites: SiteReport[]): string {
  const scored = sites.filter(({ run }) => run.adaptedAccuracy !== undefined).length;
  if (scored === 0) return 'The samples have no labels, so that nothing is said of accuracy.';
  const where = scored < sites.length ? ' Where there are labels, accuracy' : 'Accuracy';
  return `${where.trim()} is measured on labelled data; adapting did not look at the labels.`;
}
