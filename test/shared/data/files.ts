import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { FedshotError, type ErrorCode } from '../../../src/shared/errors.js';

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fedshot-data-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file and returns its path. */
export function put(folder: string, name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

/** What an action is refused with; fails if it is not, or not on one line. */
export async function refusal(
  action: () => unknown,
): Promise<{ code: ErrorCode; message: string; hint?: string }> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof FedshotError)) throw error;
    if (error.message.includes('\n'))
      throw new Error(`several lines: ${error.message}`, { cause: error });
    return { code: error.code, message: error.message, hint: error.hint };
  }
  throw new Error('was not refused');
}
