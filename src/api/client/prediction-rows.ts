import type { Prediction, Predictions } from '../../client/index.js';
import { csvText } from '../../shared/report/csv.js';

/** Predictions as rows of a file: RFC 4180, or a JSON object on each line. */
export const predictionRows = (value: Predictions, format: 'csv' | 'jsonl'): string =>
  format === 'csv' ? csv(value) : jsonl(value);

/** Six digits are more than float32 arithmetic repeats across engines. */
const short = (p: number): string => p.toPrecision(6);

function csv({ classes, predictions }: Predictions): string {
  const head = ['index', 'class', ...classes.map((name) => `p(${name})`)];
  const row = ({ index, class: name, probabilities }: Prediction): (string | number)[] => [
    index,
    name,
    ...probabilities.map(short),
  ];
  return csvText([head, ...predictions.map(row)]);
}

function jsonl({ predictions }: Predictions): string {
  return predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join('');
}
