import { html, type Markup } from '../page/index.js';
import { durationText, percent } from '../terminal/index.js';
import type { ChoiceReport } from './model.js';

/** The methods that `--method auto` tried, and why it took one of them. */
export function choiceSection({ method, why, candidates }: ChoiceReport): Markup {
  const labelled = candidates.some(({ adaptedAccuracy }) => adaptedAccuracy !== undefined);
  return html`<h3>Methods tried</h3>
    <p>${why}.</p>
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th>method</th>
            <th>verdict</th>
            <th class="right">agreement</th>
            <th class="right">moved, κ</th>
            ${labelled && html`<th class="right">accuracy</th>`}
            <th class="right">time</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${candidates.map(
            (one) =>
              html`<tr>
                <td>${one.method}</td>
                <td data-label="verdict">${one.outcome}</td>
                <td class="right" data-label="agreement">${percent(one.agreement)}</td>
                <td class="right" data-label="moved, κ">${one.views.toFixed(3)}</td>
                ${labelled && html`<td class="right" data-label="accuracy">${percent(one.adaptedAccuracy)}</td>`}
                <td class="right" data-label="time">${durationText(one.seconds)}</td>
                <td>${fate(one, method)}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function fate(one: ChoiceReport['candidates'][number], chosen: string): string {
  if (one.method === chosen) return 'taken';
  if (!one.accepted) return 'rejected';
  return one.leftOut ? `left out: ${one.leftOut}` : '';
}
