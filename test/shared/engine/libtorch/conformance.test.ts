import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { listEngines } from '../../../../src/shared/engine/index.js';

const present = listEngines().some(({ engine }) => engine === 'libtorch');
if (!present) console.warn("no LibTorch here: tfjs-core's own tests are not run on it");

describe.skipIf(!present)("tfjs-core's own operator tests", () => {
  it('hold on the LibTorch engine, but for what scripts/conformance/known.ts lists', () => {
    const args = ['--import', 'tsx', 'scripts/conformance/main.ts'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stdout).not.toMatch(/^FAILED/m);
    expect(stdout).toMatch(/libtorch: 2\d{3} passed, 0 failed/);
    expect(status).toBe(0);
  });
});
