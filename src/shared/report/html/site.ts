import { html, type Markup } from '../page/index.js';
import { bytes, count, durationText, percent, points } from '../terminal/index.js';
import { choiceSection } from './choice.js';
import { lineChart, pointsOf, type Series } from './charts.js';
import { confusion } from './confusion.js';
import type { BatteryReport, EpochReport, RunReport, SiteReport } from './model.js';
import { samples } from './samples.js';

/** The section of one site: figures, curves, confusion matrices, samples. */
export function site({ name, data, bytesReceived, termTitles, run }: SiteReport): Markup {
  const pictures = run.samples && samples(run.samples, run.classes);
  return html`<section>
    <h2>
      ${name} <span class="soft">· <code>${data}</code></span>
    </h2>
    ${facts(run, bytesReceived)} ${run.battery && verdict(run.battery)}
    ${run.choice && choiceSection(run.choice)}
    ${run.epochs.length > 0 && curves(run, termTitles)}
    ${
      run.confusion &&
      html`<h3>Confusion</h3>
        <div class="columns">
          ${confusion('Before adapting', run.confusion.before, run.classes)}${confusion('After', run.confusion.after, run.classes)}
        </div>`
    }
    ${
      pictures &&
      html`<h3>Samples and what the adapted model takes them for</h3>
        ${pictures}`
    }
  </section>`;
}

function facts(run: RunReport, received: number | undefined): Markup {
  const { sourceOnlyAccuracy: before, adaptedAccuracy: after } = run;
  const rows: [string, string | Markup][] =
    before !== undefined && after !== undefined
      ? [
          ['source only', percent(before)],
          ['adapted', percent(after)],
          ['change in points', points(after - before)],
        ]
      : [['accuracy', 'not known: no labels']];
  if (run.method) rows.push(['method', run.method]);
  rows.push(
    ['samples', count(run.n)],
    ['time', durationText(run.seconds)],
    [
      'classifier C',
      run.classifierUnchanged
        ? html`<span class="good">unchanged</span>`
        : html`<span class="bad">CHANGED</span>`,
    ],
  );
  if (received !== undefined) rows.push(['received', bytes(received)]);
  return html`<dl class="facts">
    ${rows.map(
      ([key, value]) =>
        html`<div>
          <dt>${key}</dt>
          <dd>${value}</dd>
        </div> `,
    )}
  </dl>`;
}

/** How a verdict is coloured. */
export function weight(outcome: string): string {
  return outcome === 'ok' ? 'good' : outcome === 'warn' || outcome === 'undecided' ? 'warn' : 'bad';
}

function verdict({ outcome, kept, epoch, findings }: BatteryReport): Markup {
  return html`<p>Verdict without labels: <strong class="${weight(outcome)}">${outcome}</strong>; the ${kept === 'source' ? 'released' : 'adapted'} model ${epoch ? `of epoch ${epoch} ` : ''}is kept.</p>
${
  findings.length > 0 &&
  html`<ul>${findings.map(
    (
      finding,
    ) => html`<li>${finding.outcome}: ${finding.says}${finding.remedy && html` <span class="soft">→ ${finding.remedy}</span>`}</li>
`,
  )}</ul>`
}`;
}

/** The terms of an epoch's objective; records of 0.1 have SHOT's alone, beside the others. */
const termsOf = ({ terms, entropy, diversity, pseudoCe }: EpochReport) =>
  terms ?? ({ entropy, diversity, pseudoCe } as Readonly<Record<string, number | undefined>>);

/** Names of the terms of all epochs, each once. */
const termsIn = (epochs: readonly EpochReport[]): string[] => [
  ...new Set(epochs.flatMap((epoch) => Object.keys(termsOf(epoch)))),
];

function curves(run: RunReport, titles: SiteReport['termTitles'] = {}): Markup {
  const over = (name: string, pick: (epoch: EpochReport) => number | undefined): Series => ({
    name,
    points: pointsOf(run.epochs, pick),
  });
  const shares = [
    over('pseudo-labels agree', (epoch) => epoch.pseudoLabelAgreement),
    over('pseudo-labels changed', (epoch) => epoch.pseudoLabelChanged),
  ].filter(({ points }) => points.length > 0);
  if (run.adaptedAccuracy !== undefined) {
    const accuracy = over('accuracy', (epoch) => epoch.accuracy);
    if (run.sourceOnlyAccuracy !== undefined) accuracy.points.unshift([0, run.sourceOnlyAccuracy]);
    shares.unshift(accuracy);
  }
  const losses = [
    over('objective', (epoch) => epoch.loss),
    ...termsIn(run.epochs).map((name) =>
      over(titles[name] ?? name, (epoch) => termsOf(epoch)[name]),
    ),
  ].filter(({ points }) => points.length > 0);
  const figure = (caption: string, lines: Series[], share?: 'whole'): Markup | false =>
    lines.length > 0 &&
    html`<figure>
      <figcaption>${caption}</figcaption>
      ${lineChart(lines, { description: `${caption} over epochs`, share })}
    </figure>`;
  return html`<div class="columns">
    ${figure('Shares of samples', shares, 'whole')}
    ${figure('Terms of the objective', losses)}
  </div>`;
}
