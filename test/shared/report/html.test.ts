import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { renderReport, type RunReport } from '../../../src/shared/report/html/index.js';
import { html } from '../../../src/shared/report/page/index.js';

const run: RunReport = {
  engine: { name: 'wasm', device: 'cpu', version: '4.22.0', threads: 2 },
  release: { name: 'digits', version: 3, digest: 'sha256:9f86d081884c7d65' },
  sourceOnlyAccuracy: 0.714,
  adaptedAccuracy: 0.931,
  classifierUnchanged: true,
  epochs: [1, 2, 3].map((epoch) => ({
    epoch,
    loss: 1 / epoch,
    entropy: 0.5 / epoch,
    diversity: 2.2,
    pseudoCe: 0.3 / epoch,
    pseudoLabelAgreement: 0.8 + epoch / 20,
    pseudoLabelChanged: 0.1 / epoch,
    accuracy: 0.8 + epoch / 25,
  })),
  confusion: {
    before: [
      [7, 3],
      [5, 5],
    ],
    after: [
      [9, 1],
      [0, 10],
    ],
  },
  classes: ['cat', 'dog'],
  samples: {
    shape: [2, 2, 1],
    images: [0, 1, 0.5, 2, 1, 1, 1, 1],
    predicted: [0, 1],
    label: [0, 0],
  },
  seconds: 12.3,
  n: 500,
  seed: 2020,
};
const site = { name: 'site-1', data: 'digits:thin', bytesReceived: 1_782_579, run };
const model = { title: 'Adaptation', created: new Date(0), version: '0.1.0', sites: [site] };

describe('renderReport', () => {
  const text = renderReport(model);

  it('shows the figures of the run and where they come from', () => {
    for (const part of ['71.4%', '93.1%', '+21.7', '1.7 MiB', '500', 'unchanged', '2020'])
      expect(text).toContain(part);
    expect(text).toContain('sha256:9f86d081884c7d65');
    expect(text).toContain('wasm 4.22.0 on cpu, 2 threads');
  });

  it('is one file: nothing is fetched and no script runs', () => {
    expect(text).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|\son\w+=/i);
    const targets = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target!);
    expect(targets.length).toBe(2);
    for (const target of targets) expect(target).toMatch(/^data:image\/png;base64,/);
  });

  it('draws samples as they are, clipped to 0..1, and marks the wrong one', () => {
    const pictures = [...text.matchAll(/base64,([^"]+)"/g)].map(([, data]) =>
      decode(Buffer.from(data!, 'base64')),
    );
    expect([...pictures[0]!.data]).toEqual([0, 255, 128, 255]);
    expect(text.match(/class="wrong"/g)).toHaveLength(1);
    expect(text).toMatch(/dog ✗<br ?\/?>is cat/);
  });

  it('draws colour pictures', () => {
    const samples = { shape: [1, 2, 3], images: [1, 0, 0, 0, 0, 1], predicted: [0] };
    const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, samples } }] });
    const picture = decode(Buffer.from(/base64,([^"]+)"/.exec(page)![1]!, 'base64'));
    expect([...picture.data]).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('follows the page in its charts: no colour of its own for ink and rules', () => {
    expect(text.match(/<svg role="img"/g)).toHaveLength(2);
    expect(text).toContain('currentColor');
    expect(text).not.toMatch(/#010203|#040506|CDATA/);
  });

  it('shows the verdict, its findings and what to do about them', () => {
    const finding = { outcome: 'refuse', says: 'the images look inverted', remedy: '--invert' };
    const battery = { outcome: 'refuse', kept: 'source', findings: [finding] };
    const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, battery } }] });
    expect(page).toMatch(/<strong class="bad">refuse<\/strong>; the released model is kept/);
    expect(page).toMatch(/the images look inverted.*→ --invert/);
  });

  it('shows which methods were tried, and what became of each', () => {
    const common = { outcome: 'warn', accepted: true, agreement: 0.8, views: 0.9, seconds: 4 };
    const choice = {
      method: 'aad',
      why: 'aad is the only adaptation left',
      candidates: [
        { ...common, method: 'bn', outcome: 'rolled back', accepted: false },
        { ...common, method: 'shot', leftOut: 'uneven', adaptedAccuracy: 0.5 },
        { ...common, method: 'aad', agreement: 1, adaptedAccuracy: 0.75 },
      ],
    };
    const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, choice } }] });
    const rows = page.slice(page.indexOf('Methods tried')).replace(/<[^>]+>|\s+/g, ' ');
    expect(rows).toMatch(/bn +rolled back .*rejected +shot +warn .*50\.0% .*left out: uneven/);
    expect(rows).toMatch(/aad +warn +100\.0% +0\.900 +75\.0% .*taken/);
  });

  it("draws the terms of a loss under the method's own names, and SHOT's of older records", () => {
    expect(text).toContain('pseudoCe');
    const epochs = [1, 2].map((epoch) => ({
      epoch,
      loss: 1,
      terms: { attraction: -epoch, ...(epoch === 2 && { late: 0.5 }) },
    }));
    const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, epochs } }] });
    expect(page).toContain('attraction');
    expect(page).toContain('late');
    expect(page).not.toContain('pseudoCe');
  });

  it('calls a term by its title where it has one', () => {
    const termTitles = { pseudoCe: 'pseudo-label cross-entropy' };
    const page = renderReport({ ...model, sites: [{ ...site, termTitles }] });
    expect(page).toContain('pseudo-label cross-entropy');
    expect(page).not.toContain('pseudoCe');
    expect(page).toContain('diversity');
  });

  it('leaves out what a method does not have', () => {
    const epochs = [{ epoch: 1, pseudoLabelAgreement: 0.5 }];
    const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, epochs } }] });
    expect(page).not.toContain('Terms of the objective');
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('says CHANGED when the classifier is not the released one', () => {
    const tampered = { ...site, run: { ...run, classifierUnchanged: false } };
    expect(renderReport({ ...model, sites: [tampered] })).toContain('CHANGED');
  });

  it('says that accuracy is not known where a site has no labels', () => {
    const { sourceOnlyAccuracy, adaptedAccuracy, ...rest } = run;
    const epochs = run.epochs.map(({ accuracy, ...epoch }) => epoch);
    const unlabelled = { ...rest, epochs, confusion: undefined, samples: undefined };
    const page = renderReport({ ...model, sites: [{ ...site, run: unlabelled }] });
    expect(page).toContain('not known: no labels');
    expect(page).not.toContain('labelled data');
    expect(renderReport(model)).toContain('labelled data');
    expect(page).not.toMatch(/NaN|undefined|Confusion/);
    expect(page).not.toMatch(/source only|>adapted<|>change</);
    const together = renderReport({ ...model, sites: [{ ...site, run: unlabelled }, site] });
    expect(together).toMatch(/source only/);
  });

  it('lists the most frequent mistakes where a matrix would be too large to read', () => {
    const classes = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    const matrix = classes.map((_, t) => classes.map((_, p) => (t === 7 && p === 9 ? 13 : 0)));
    const large = { ...run, classes, confusion: { before: matrix, after: matrix } };
    const page = renderReport({ ...model, sites: [{ ...site, run: large }] });
    expect(page).toMatch(/<td>class 7<\/td>\s*<td>class 9<\/td>\s*<td class="right">13<\/td>/);
  });

  it('attack: markup in names of sites, classes and releases stays text', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const page = renderReport({
      ...model,
      title: evil,
      sites: [
        {
          ...site,
          name: evil,
          data: evil,
          run: { ...run, classes: [evil, evil], release: { ...run.release, name: evil } },
        },
        { ...site, name: evil },
      ],
    });
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});

it('attack: control characters and turned writing in names are written out, everywhere on the page', () => {
  const evil = 'a\u001b[31mPASS\u202e\u009b2J\u0000';
  const battery = {
    outcome: evil,
    kept: 'source',
    findings: [{ outcome: evil, says: evil, remedy: evil }],
  };
  const hostile = {
    ...run,
    battery,
    classes: [evil, evil],
    release: { name: evil, version: 1, digest: evil },
  };
  const one = { ...site, name: evil, data: evil, run: hostile };
  const page = renderReport({ ...model, title: evil, sites: [one, one] });
  // eslint-disable-next-line no-control-regex
  expect(page).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  expect(page).toContain('a\\x1b[31mPASS\\u202e\\x9b2J\\x00');
  expect(renderReport(model)).not.toMatch(/\\x|\\u/);
});

it('names every figure of a row, for screens on which the row is no row', () => {
  const battery = { outcome: 'warn', kept: 'adapted', findings: [] };
  const page = renderReport({ ...model, sites: [{ ...site, run: { ...run, battery } }] });
  const row = /<tbody>\s*<tr>([\s\S]*?)<\/tr>/.exec(page)![1]!;
  const heads = [...page.slice(0, page.indexOf('<tbody>')).matchAll(/<th(?: [^>]*)?>([^<]*)</g)];
  const labels = [...row.matchAll(/data-label="([^"]*)"/g)].map(([, label]) => label);
  expect(labels).toEqual(heads.slice(1).map(([, head]) => head));
  expect(labels).toContain('verdict');
});

describe('html', () => {
  it('escapes what is put in, keeps markup, joins lists and drops what is false', () => {
    const parts = ['<b>', html`<i>${1}</i>`, [html`a`, 'b&'], false, null];
    const { text } = html`<p title="${'"'}">${parts}</p>`;
    expect(text).toBe('<p title="&quot;">&lt;b&gt;<i>1</i>ab&amp;</p>');
  });
});
