import { describe, expect, it } from 'vitest';
import { nameSource } from '../../../src/client/pull/fault.js';
import { folderSource } from '../../../src/client/transfer/folder.js';
import { FedshotError } from '../../../src/shared/errors.js';
import type { Release } from '../../../src/shared/release/index.js';
import { tempDir } from '../../fixtures/temp.js';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

function mirror() {
  const dir = tempDir();
  mkdirSync(join(dir, 'metadata'));
  return folderSource(dir);
}

describe('named', () => {
  it('says which source sent what does not verify, and what to do', () => {
    const source = mirror();
    const error = nameSource(
      source,
      new FedshotError('format', 'freshness statement: not valid JSON'),
    );
    expect(error.message).toBe(`${source.name}: freshness statement: not valid JSON`);
    expect(error).toMatchObject({
      code: 'format',
      hint: expect.stringContaining('another') as string,
    });
  });

  it('keeps what is already said, and what is no fault of the source', () => {
    const source = mirror();
    const hinted = new FedshotError('rollback', 'older', { hint: 'as before' });
    expect(nameSource(source, hinted).hint).toBe('as before');
    expect(nameSource(source, nameSource(source, hinted)).message).toBe(`${source.name}: older`);
    const io = new FedshotError('io', 'disk full');
    expect(nameSource(source, io)).toBe(io);
  });
});

describe('truncated mirror', () => {
  it('is told from a release that does not exist: another source may have the chunk', async () => {
    const chunk = { sha256: 'ab'.repeat(32), size: 10 };
    const asked = mirror().chunks({ chunks: [chunk] } as unknown as Release, [0]);
    await expect(asked[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('--from') as string,
    });
  });
});
