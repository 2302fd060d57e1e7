import Table from 'cli-table3';

export interface Column<Row> {
  heading: string;
  value: (row: Row) => string;
  /** Figures stand to the right, words (the default) to the left. */
  align?: 'left' | 'right';
}

/** A plain table without colour or frame; each column has the width of its widest cell, with two spaces between. */
export function table<Row>(columns: Column<Row>[], rows: readonly Row[]): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' };
  const grid = new Table({
    head: columns.map((column) => column.heading),
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: {
      ...none,
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
  });
  for (const row of rows) grid.push(columns.map((column) => column.value(row)));
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
