import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';

const SIZE = { F: 3_500_000, B: 300_000, C: 5_000 };

describe('pull', () => {
  let dir: string;
  let provider: TestProvider;
  let server: Serving;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-pull-'));
    provider = await makeProvider(dir);
    await provider.publish('digits', SIZE);
    server = await provider.serve();
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  it('brings the files that were published', async () => {
    const home = provider.home('one');
    const result = await pull({ from: [`localhost:${server.port}`], name: 'digits', home });
    expect(result).toMatchObject({ upToDate: false, release: { name: 'digits', version: 1 } });
    for (const file of ['F.safetensors', 'B.safetensors', 'C.safetensors', 'model.json'])
      expect(
        readFileSync(join(result.folder, file)).equals(readFileSync(join(dir, 'model', file))),
      ).toBe(true);
  });
});
