import { PAIRS, type Peer } from './pairs.js';
import type { Row } from './runs.js';

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const both = ([before, after]: Peer): string => `${before.toFixed(1)} → ${after.toFixed(1)}`;

/** Accuracies in %, source only → adapted, a line for each pair, means over seeds; PyTorch's beside (Markdown). */
export function table(rows: readonly Row[]): string {
  const lines = PAIRS.flatMap(({ name, peer }) => {
    const own = rows.filter(({ pair }) => pair === name);
    if (own.length === 0) return [];
    const ours: Peer = [
      100 * mean(own.map(({ sourceOnly }) => sourceOnly)),
      100 * mean(own.map(({ adapted }) => adapted)),
    ];
    return [{ name, seeds: own.map(({ seed }) => seed), ours, peer }];
  });
  const meanOf = (which: 'ours' | 'peer'): Peer => [
    mean(lines.map((line) => line[which][0])),
    mean(lines.map((line) => line[which][1])),
  ];
  return [
    '| pair | seeds | fedshot | PyTorch, seed 2020 | adapted, points |',
    '| --- | --- | --- | --- | --- |',
    ...lines.map(
      ({ name, seeds, ours, peer }) =>
        `| ${name.replace(':', ' → ')} | ${seeds.join(', ')} | ${both(ours)} | ${both(peer)} | ${(ours[1] - peer[1]).toFixed(1)} |`,
    ),
    ...(lines.length > 1
      ? [
          `| mean of ${lines.length} | | ${both(meanOf('ours'))} | ${both(meanOf('peer'))} | ${(meanOf('ours')[1] - meanOf('peer')[1]).toFixed(1)} |`,
        ]
      : []),
  ].join('\n');
}
