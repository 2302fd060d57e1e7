import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditModelData } from '../../../src/audit/index.js';
import type { StateDict } from '../../../src/shared/model/state.js';
import { random } from '../../../src/shared/random.js';
import { initParameters } from '../../fixtures/parameters.js';
import { big, bytesOf } from '../../fixtures/red-team.js';
import { tempDir } from '../../fixtures/temp.js';

type Rows = number[][];

/** Measurements of so many columns, with two decimals. */
function table(columns: number, rows: number): Rows {
  const draw = random('table', columns, rows);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.round(10_000 * draw.next()) / 100),
  );
}

function csv(rows: Rows): string {
  const file = join(tempDir(), 'rows.csv');
  const head = rows[0]!.map((_, i) => `c${i}`).join(',');
  writeFileSync(file, [head, ...rows.map((row) => row.join(','))].join('\n'));
  return `csv:${file}`;
}

/** The search for a table in a model, with something hidden in it or not. */
async function search(rows: Rows, hide?: (state: StateDict) => void) {
  const dir = tempDir();
  initParameters(dir, hide);
  return auditModelData(dir, csv(rows));
}

const asFloat32 = (rows: Rows) => (state: StateDict) => big(state).set(rows.flat(), 4000);
const asFloat64 = (rows: Rows) => (state: StateDict) => {
  const doubles = new Uint8Array(Float64Array.from(rows.flat()).buffer);
  bytesOf(big(state)).set(doubles, 8000);
};
const asText = (rows: Rows) => (state: StateDict) =>
  bytesOf(big(state)).set(Buffer.from(rows.map((row) => row.join(';')).join('\n')), 8000);
const asBase64 = (rows: Rows) => (state: StateDict) => {
  const bytes = Buffer.from(Float32Array.from(rows.flat()).buffer);
  bytesOf(big(state)).set(Buffer.from(bytes.toString('base64')), 8000);
};

describe('the search for tables, narrow and wide', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 20, 30])(
    '%i columns: an honest model passes, and every canary was found',
    async (columns) => {
      const { verdict, missing, evidence, findings } = await search(table(columns, 60));
      expect({ verdict, missing, findings }).toEqual({
        verdict: 'PASS',
        missing: [],
        findings: [],
      });
      expect(evidence[1]).toMatch(/^\d+ canaries were put there on purpose, and found/);
    },
  );

  const ways: [string, (rows: Rows) => (state: StateDict) => void][] = [
    ['float32', asFloat32],
    ['float64', asFloat64],
    ['decimal numbers', asText],
    ['base64', asBase64],
  ];
  it.each(ways.flatMap(([name, hide]) => [2, 3, 4, 9, 11].map((d) => [name, d, hide] as const)))(
    'rows as %s in a model, %i columns: found',
    async (_, columns, hide) => {
      const rows = table(columns, 60);
      const { verdict, findings } = await search(rows, hide(rows.slice(10, 20)));
      expect(verdict).toBe('FAIL');
      expect(findings[0]).toMatch(/^sample \d+ of the source data, as /);
    },
  );

  it.each([4, 8])('one whole row of %i columns is found', async (columns) => {
    const rows = table(columns, 60);
    const { verdict, findings } = await search(rows, asFloat32(rows.slice(7, 8)));
    expect([verdict, findings[0]]).toEqual(['FAIL', expect.stringContaining('sample 7 ')]);
  });

  it.each<[string, Rows]>([
    ['one short row', [[1.25, 2.5]]],
    ['nothing but 0 and 1', Array.from({ length: 40 }, (_, i) => [i % 2, (i >> 1) % 2, 1])],
    ['one value', Array.from({ length: 40 }, () => [7, 7, 7, 7])],
  ])('%s: blind, so that nothing is said', async (_, rows) => {
    const { verdict, missing } = await search(rows);
    expect(verdict).toBe('NOT CHECKED');
    expect(missing).toEqual([expect.stringContaining('can be told from background')]);
  });

  it('whole small numbers, of which any text has some, are no finding as text', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [4, 5, 6, 7, 10 + i, 90 - i]);
    const { verdict } = await search(rows, asText([[4, 5, 6, 7]]));
    expect(verdict).toBe('PASS');
  });
});
