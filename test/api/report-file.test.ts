import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeReport } from '../../src/api/report-file.js';
import type { RunReport } from '../../src/shared/report/html/index.js';
import { tempDir } from '../fixtures/temp.js';

const run = (method: string): RunReport => ({
  engine: { name: 'wasm', device: 'cpu', version: '4', threads: 1 },
  release: { name: 'digits', version: 1, digest: 'ab' },
  classifierUnchanged: true,
  epochs: [1, 2].map((epoch) => ({ epoch, loss: 1, terms: { entropy: 1, pseudoCe: 0.5 } })),
  classes: ['a', 'b'],
  method,
  seconds: 1,
  n: 2,
  seed: 1,
});

const pageOf = async (method: string): Promise<string> => {
  const file = join(tempDir(), 'report.html');
  await writeReport(file, new Date(0), [{ name: 'site', data: 'x.csv', run: run(method) }]);
  return readFileSync(file, 'utf8');
};

it("calls the terms of a loss by the titles of the method's definition", async () => {
  const page = await pageOf('shot');
  expect(page).toContain('pseudo-label cross-entropy');
  expect(page).not.toContain('pseudoCe');
});

it('calls the terms of a method that is not known here by their own names', async () => {
  expect(await pageOf('elsewhere')).toContain('pseudoCe');
});
