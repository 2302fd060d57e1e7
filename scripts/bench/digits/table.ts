import type { Row } from './runs.js';

const percent = (share: number): string => (100 * share).toFixed(2);
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

/** Accuracies in %, a line for each pair and method, a column for each seed (Markdown). */
export function table(rows: readonly Row[]): string {
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const lines = [...new Set(rows.map(({ pair }) => pair))].flatMap((pair) => {
    const own = rows.filter((row) => row.pair === pair);
    const line = (name: string, of: readonly Row[], value: (row: Row) => number): string => {
      const cells = seeds.map((seed) => {
        const row = of.find((one) => one.seed === seed);
        return row ? percent(value(row)) + (row.took ? ` (${row.took})` : '') : '';
      });
      return `| ${pair} | ${name} | ${cells.join(' | ')} | ${percent(mean(of.map(value)))} |`;
    };
    const nameOf = (row: Row): string =>
      [row.method, ...(row.augment === 'none' ? [] : [row.augment]), ...readingOf(row)].join(', ');
    const names = [...new Set(own.map(nameOf))];
    const of = (name: string): Row[] => own.filter((row) => nameOf(row) === name);
    const readings = new Map(
      own.map((row) => [['source only', ...readingOf(row)].join(', '), row]),
    );
    return [
      ...[...readings].map(([name, first]) => {
        const released = of(nameOf(first)).map(({ took: _, ...row }) => row);
        return line(name, released, ({ sourceOnly }) => sourceOnly);
      }),
      ...names.map((name) => line(name, of(name), ({ adapted }) => adapted)),
    ];
  });
  return [
    `| pair | method | ${seeds.join(' | ')} | mean |`,
    `| --- | --- | ${seeds.map(() => '---').join(' | ')} | --- |`,
    ...lines,
  ].join('\n');
}

/** How the images were read, in words. */
const readingOf = ({ upright, zoom }: Row): string[] => [
  ...(upright === 'none' ? [] : ['upright']),
  ...(upright === 'fill' ? ['filled'] : []),
  ...(zoom === 'fit' ? ['zoomed'] : []),
];
