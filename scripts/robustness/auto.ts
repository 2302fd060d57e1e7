import { candidateNames } from '../../src/client/selection/candidates.js';
import { selectMethod } from '../../src/client/selection/select.js';
import { readAnswers } from './files.js';
import { truthOf, type Row } from './summary.js';

/**
 * What `--method auto` would choose from the runs of each case, against the best of them by labels.
 * @param fileOf where the evidence of a run is kept
 */
export function autoTable(set: string, rows: readonly Row[], fileOf: (row: Row) => string): string {
  const cases = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.source} | ${row.name} | ${row.seed}`;
    cases.set(name, [...(cases.get(name) ?? []), row]);
  }
  const tried = candidateNames();
  const lines: string[] = [];
  const losses: number[] = [];
  for (const [name, found] of cases) {
    const runs = tried.flatMap((method) => found.filter((row) => row.method === method));
    const best = runs.reduce((a, b) => (b.after > a.after ? b : a));
    // healthy: the best candidate gains two points or more
    if (runs.length < tried.length || truthOf(best) !== 'healthy') continue;
    const { candidates, chosen } = selectMethod(
      runs.map((row) => {
        const { released, adapted } = readAnswers(fileOf(row))!;
        return {
          result: {
            method: row.method,
            seconds: row.seconds,
            adaptedAccuracy: row.after,
            battery: { outcome: row.outcome, signals: row.signals },
          },
          observations: { released: { p: released }, adapted: adapted && { p: adapted } },
        };
      }),
      best.K,
    );
    const took = runs[chosen]!;
    losses.push(best.after - took.after);
    const figures = candidates.map(
      ({ method, adaptedAccuracy, accepted }) =>
        `${method} ${(100 * adaptedAccuracy!).toFixed(1)}${accepted ? '' : '×'}`,
    );
    lines.push(
      `| ${name} | ${took.method} | ${(100 * (best.after - took.after)).toFixed(1)} | ${figures.join(', ')} |`,
    );
  }
  const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
  return [
    `## ${set}: --method auto`,
    '',
    '| source | case | seed | takes | loses | candidates (× rejected) |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `${losses.length} healthy cases, points lost against the best candidate by labels: ${(100 * mean).toFixed(2)} on average, ${(100 * Math.max(...losses)).toFixed(1)} at most`,
    '',
  ].join('\n');
}
