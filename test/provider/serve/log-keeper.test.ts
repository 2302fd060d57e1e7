import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogKeeper, type ServerLog } from '../../../src/provider/serve/log-keeper.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { TransparencyLog, type LeafContent } from '../../../src/shared/log/index.js';
import { keyId, signerOf } from '../../../src/shared/release/ed25519.js';

const signer = signerOf(Buffer.alloc(32, 7));
const keys = new Map([[keyId(signer.publicKey), signer.publicKey]]);
const entry: LeafContent = {
  method: 'GetRoot',
  status: 5,
  call: 1,
  port: 1,
  peer: undefined,
  release: undefined,
  index: undefined,
  response: undefined,
  bytes: 0,
};
const osError = (code: string): FedshotError =>
  new FedshotError('log', 'cannot write the log', {
    cause: new FedshotError('io', 'cannot write', {
      cause: Object.assign(new Error(code), { code }),
    }),
  });

describe('LogKeeper', () => {
  let dir: string;
  let full: string | undefined;
  let lost: FedshotError | undefined;
  let keeper: LogKeeper;
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  /** A log whose disk is full for as long as `full` says so. */
  async function open(folder = dir): Promise<ServerLog> {
    if (full !== undefined) throw osError(full);
    const real = await TransparencyLog.open({ dir: folder, signer, keys });
    const append = real.append.bind(real);
    let broken: FedshotError | undefined;
    return Object.assign(real, {
      append: (one: LeafContent) => {
        if (full !== undefined) broken ??= osError(full);
        return broken ? Promise.reject(broken) : append(one); // as the real one: once broken, for good
      },
    });
  }
  async function keep(reopen = () => open()): Promise<LogKeeper> {
    return new LogKeeper(await open(), {
      reopen,
      log,
      onLost: (error) => (lost = error),
      retryMs: 5,
    });
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-keeper-'));
    [full, lost] = [undefined, undefined];
    lines.length = 0;
  });
  afterEach(async () => {
    full = undefined;
    await keeper.close().catch(() => undefined);
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'])('goes on after %s', async (code) => {
    keeper = await keep();
    expect(await keeper.append(entry)).toBe(0);
    full = code;
    await expect(keeper.append(entry)).rejects.toMatchObject({ code: 'log' });
    await new Promise((resolve) => setTimeout(resolve, 30)); // it tries, and it is still full
    await expect(keeper.append(entry)).rejects.toMatchObject({ code: 'log' });
    full = undefined;
    await expect.poll(() => keeper.append(entry).catch(() => -1)).toBe(1);
    expect(lost).toBeUndefined();
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'cannot write the log: nothing is sent until it can be written',
      'the log can be written again',
    ]);
  });
  it.each(['EIO', 'EROFS', 'EACCES'])('gives up on %s, which does not pass', async (code) => {
    keeper = await keep();
    full = code;
    await expect(keeper.append(entry)).rejects.toMatchObject({ code: 'log' });
    await expect.poll(() => lost).toMatchObject({ code: 'log' });
  });
  it('does not go on with a log that lost leaves meanwhile', async () => {
    const other = join(dir, 'other');
    keeper = await keep(() => open(other));
    await keeper.append(entry);
    full = 'ENOSPC';
    await keeper.append(entry).catch(() => undefined);
    full = undefined;
    await expect.poll(() => lost?.message).toContain('not the one that was written before');
  });
  it('can be closed while it waits for room', async () => {
    keeper = await keep();
    full = 'ENOSPC';
    await keeper.append(entry).catch(() => undefined);
    await keeper.close();
    expect(lost).toBeUndefined();
  });
  it('a log whose folder has vanished is not begun anew there', async () => {
    keeper = await keep();
    renameSync(dir, `${dir}-away`);
    expect(() => keeper.keep('ab'.repeat(32), Buffer.from('x'))).toThrow();
    expect(existsSync(dir)).toBe(false);
    mkdirSync(dir);
    rmSync(`${dir}-away`, { recursive: true });
  });
});
