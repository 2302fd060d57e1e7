import type { Row } from './summary.js';

/**
 * Where the battery rolls back, by label: the released model, the last epoch, and what is kept.
 * @param again adapts once more with the battery in force; its row's `after` is that of what is kept
 */
export async function rollbackTable(
  rows: readonly Row[],
  again: (row: Row) => Promise<Pick<Row, 'after'> & { epoch?: number }>,
): Promise<string> {
  const lines: string[] = [];
  let [gain, harmed, epochs] = [0, 0, 0];
  const undone = rows.filter(({ outcome }) => outcome === 'rolled back');
  for (const row of undone) {
    const kept = await again(row);
    gain += kept.after - row.before;
    harmed += Number(kept.after < row.before - 0.02);
    epochs += Number(kept.epoch !== undefined);
    const figures = [row.before, row.after, kept.after].map((v) => (100 * v).toFixed(1));
    lines.push(
      `| ${row.source} | ${row.name} | ${row.seed} | ${figures.join(' | ')} | ${kept.epoch ?? 'released'} |`,
    );
  }
  return [
    '| source | case | seed | released | last epoch | kept | epoch |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `${undone.length} rolled back, ${epochs} of them to an epoch: kept model ${((100 * gain) / undone.length).toFixed(1)} points above the released one on average, ${harmed} times more than 2 below`,
    '',
  ].join('\n');
}
