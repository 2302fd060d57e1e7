import type { OddColumn } from './columns.js';
import { wholePercent, type CheckFinding } from './finding.js';

/** Columns that are named one by one. */
const NAMED = 8;

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** How many times as large as the provider's something is, or by how much smaller. */
const factor = (ratio: number): string =>
  ratio >= 1
    ? `${short(ratio)} times the provider's`
    : `the provider's divided by ${short(1 / ratio)}`;

/** What can be said of a site's table column by column, whatever a model makes of it. */
export const columnFindings = (columns: readonly OddColumn[] = []): CheckFinding[] => [
  ...columns.slice(0, NAMED).map(findingOf),
  ...(columns.length > NAMED
    ? [
        {
          check: 'columns',
          outcome: columns.slice(NAMED).some(({ unit }) => unit) ? 'refuse' : 'warn',
          says: `${columns.length - NAMED} more columns are not like the provider's: ${columns
            .slice(NAMED, 2 * NAMED)
            .map(({ column }) => column)
            .join(', ')}`,
          remedy: 'check that the table is what the release is for',
        } as const,
      ]
    : []),
];

function findingOf({ column, missing, constant, site, provider, unit }: OddColumn): CheckFinding {
  const check = `column ${column}`;
  if (missing !== undefined)
    return {
      check,
      outcome: 'warn',
      says: `column ${column}: ${wholePercent(missing)} of the cells are missing and were filled with the provider's median`,
      remedy: 'bring the values, or ask the provider for a model without this column',
    };
  if (constant !== undefined)
    return {
      check,
      outcome: 'warn',
      says: `column ${column}: ${short(constant)} in every row, while the provider's values differ`,
      remedy: 'check how the column was exported',
    };
  const [own, theirs] = [site!, provider!];
  return {
    check,
    outcome: unit ? 'refuse' : 'warn',
    says: `column ${column}: spread ${short(theirs.spread)} → ${short(own.spread)} (${factor(own.spread / theirs.spread)}), median ${short(theirs.middle)} → ${short(own.middle)}`,
    remedy: unit
      ? 'check the unit and convert the column'
      : 'check the unit, or whom the rows describe',
  };
}
