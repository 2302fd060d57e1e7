import { html, type Markup } from '../page/index.js';
import { count } from '../terminal/index.js';
import type { Confusion } from './model.js';

/** Above this, single cells cannot be read any more. */
const LARGEST_TABLE = 16;
const WORST = 12;
/** Longer names stand upright over their columns, so that the table stays narrow. */
const SHORT = 3;

/** A confusion matrix as a table; for many classes, the mistakes made most often. */
export function confusion(caption: string, matrix: Confusion, classes: string[]): Markup {
  return classes.length <= LARGEST_TABLE
    ? full(caption, matrix, classes)
    : worst(caption, matrix, classes);
}

function full(caption: string, matrix: Confusion, classes: string[]): Markup {
  const shade = (row: number[], cell: number): string => (cell / Math.max(1, sum(row))).toFixed(3);
  return html`<figure class="scroll">
    <figcaption>${caption}: rows are the true class, columns the prediction</figcaption>
    <table class="confusion${classes.some((name) => name.length > SHORT) ? ' words' : ''}">
      <tr>
        <td style="--share:0"></td>
        ${classes.map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
      ${matrix.map(
        (row, truth) =>
          html`<tr>
            <th scope="row">${classes[truth]}</th>
            ${row.map((cell) => html`<td style="--share:${shade(row, cell)}">${cell || ''}</td>`)}
          </tr> `,
      )}
    </table>
  </figure>`;
}

function worst(caption: string, matrix: Confusion, classes: string[]): Markup {
  const mistakes = matrix
    .flatMap((row, truth) => row.map((n, predicted) => ({ truth, predicted, n })))
    .filter(({ truth, predicted, n }) => truth !== predicted && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, WORST);
  return html`<figure class="scroll">
    <figcaption>${caption}: the most frequent mistakes</figcaption>
    <table>
      <thead>
        <tr>
          <th>true class</th>
          <th>taken for</th>
          <th class="right">times</th>
        </tr>
      </thead>
      <tbody>
        ${mistakes.map(
          ({ truth, predicted, n }) =>
            html`<tr>
              <td>${classes[truth]}</td>
              <td>${classes[predicted]}</td>
              <td class="right">${count(n)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </figure>`;
}

function sum(row: number[]): number {
  return row.reduce((total, cell) => total + cell, 0);
}
