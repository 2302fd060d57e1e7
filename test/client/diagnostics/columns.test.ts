import { describe, expect, it } from 'vitest';
import { columnFindings } from '../../../src/client/diagnostics/checks-columns.js';
import { oddColumns, missingShares } from '../../../src/client/diagnostics/columns.js';
import { random } from '../../../src/shared/random.js';

/** The provider's columns: μ, σ and median in their own units. */
const columns = ['creatinine', 'weight', 'marker', 'rare'];
const input = {
  kind: 'table' as const,
  shape: [4] as [number],
  columns,
  mean: [1.1, 78, 0, 0.01],
  std: [0.3, 14, 2, 0.0995],
  impute: [1, 77, 0, 0],
};
const N = 120;

/** A site's table like the provider's, with some cells written otherwise; normalised. */
function rows(cell: (value: number, column: string, row: number) => number): Float32Array {
  const draw = random('cells');
  return Float32Array.from({ length: N * 4 }, (_, i) => {
    const d = i % 4;
    const usual =
      d === 3 ? Number(Math.floor(i / 4) === 5) : input.mean[d]! + input.std[d]! * draw.normal();
    return (cell(usual, columns[d]!, Math.floor(i / 4)) - input.mean[d]!) / input.std[d]!;
  });
}
const found = (cell: Parameters<typeof rows>[0], missing?: number[]) =>
  columnFindings(oddColumns(rows(cell), input, missing)).map(
    ({ check, outcome, says, remedy }) => ({ check, outcome, says, remedy }),
  );

describe('columnFindings', () => {
  it('says nothing of a table like the provider’s, and nothing of images', () => {
    expect(found((v) => v)).toEqual([]);
    const image = { kind: 'image' as const, shape: [1, 2, 2] as [number, number, number] };
    expect(
      oddColumns(
        rows((v) => v),
        { ...image, mean: [0.5], std: [0.5] },
      ),
    ).toBeUndefined();
  });

  it.each([
    ['creatinine', 88.4, /spread 0\.3\d* → 2\d(\.\d)? \(\d\d(\.\d)? times the provider's\)/],
    ['weight', 1 / 38.7, /the provider's divided by \d\d/],
    ['creatinine', 1000, /median 1 → 1\d\d\d/],
    ['weight', 18, /times the provider's/],
  ])('refuses %s times %f by name and factor, and sends to the unit', (name, factor, says) => {
    const [finding, ...more] = found((v, column) => (column === name ? v * factor : v));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ check: `column ${name}`, outcome: 'refuse' });
    expect(finding!.says).toMatch(says);
    expect(finding!.remedy).toContain('unit');
  });

  it('refuses degrees of another scale, of which the spread alone is not odd', () => {
    const shifted = found((v, column) => (column === 'weight' ? v * 1.8 + 132 : v));
    expect(shifted).toMatchObject([{ check: 'column weight', outcome: 'refuse' }]);
  });

  it('warns of pounds for kilograms, and of one value in every row', () => {
    const pounds = found((v, column) => (column === 'weight' ? v * 2.2 : v));
    expect(pounds).toMatchObject([
      { check: 'column weight', outcome: expect.stringMatching(/warn|refuse/) as string },
    ]);
    const same = found((v, column) => (column === 'marker' ? 3 : v));
    expect(same).toMatchObject([{ check: 'column marker', outcome: 'warn' }]);
    expect(same[0]!.says).toContain('3 in every row');
  });

  it('does not mind that a rare finding is nobody’s among few rows', () => {
    expect(found((v, column) => (column === 'rare' ? 0 : v))).toEqual([]);
    // seen in every fifth row, its spread is another; no unit explains that
    const often = found((v, column, row) => (column === 'rare' ? Number(row % 5 === 0) : v));
    expect(often).toMatchObject([{ check: 'column rare', outcome: 'warn' }]);
  });

  it('warns of a column that is missing by half, by the share of what was read', () => {
    const nan = Number.NaN;
    const x = Float32Array.from([1, nan, 2, nan, 3, 5, nan, nan]);
    const [a, b] = ['marker', 'weight'];
    const shares = missingShares({ x, columns: [a, b], count: 4 }, input);
    expect(shares!.slice(1, 3)).toEqual([0.75, 0.25]);
    expect(found((v) => v, [0, 0.5, 0.2, 0])).toMatchObject([
      { check: 'column weight', outcome: 'warn', says: expect.stringContaining('50 %') as string },
    ]);
  });

  it('names eight columns, then counts', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ column: `c${i}`, constant: 1 }));
    const findings = columnFindings(many);
    expect(findings).toHaveLength(9);
    expect(findings.at(-1)).toMatchObject({ outcome: 'warn' });
    expect(findings.at(-1)!.says).toMatch(/^12 more columns/);
  });
});
