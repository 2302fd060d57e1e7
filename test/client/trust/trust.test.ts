import { fork, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../../scripts/program.js';
import {
  pinTrust,
  readTrust,
  trustFile,
  trustReport,
  updateTrust,
  writeCheckpoint,
  writeTrust,
} from '../../../src/client/trust/trust.js';
import {
  openRoot,
  sealEnvelope,
  sealRoot,
  verifyRelease,
} from '../../../src/shared/release/index.js';
import { ROOT_TYPE } from '../../../src/shared/release/root.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, NOW, rootDocument, signer, World } from '../../fixtures/world.js';

const root = [signer('root')];
function setUp(world = new World()) {
  const home = tempDir();
  const given = (bytes: Uint8Array, name = 'given.json'): string => {
    writeFileSync(join(home, name), bytes);
    return join(home, name);
  };
  const file = given(world.roots[0]!, 'trust.json');
  return { world, home, file, given };
}

describe('pinTrust', () => {
  it('pins a root that can be read back', () => {
    const { home, file, world } = setUp();
    const { fingerprint } = openRoot(world.roots[0]!);
    expect(pinTrust({ file, home }).pinned).toBe(fingerprint);
    expect(readTrust(home)).toEqual(pinTrust({ file, home }));
    expect(trustReport(readTrust(home))).toMatchObject({ fingerprint, root: 1, releases: [] });
  });

  it('wrong pinned key: refuses a root without the expected fingerprint, however it is written', () => {
    const { home, file, world } = setUp();
    const { fingerprint } = openRoot(world.roots[0]!);
    const refused = {
      file,
      home,
      fingerprint: fingerprint.replace(/^./, (c) => (c === '0' ? '1' : '0')),
    };
    expect(() => pinTrust(refused)).toThrow(failsWith('trust'));
    expect(() => readTrust(home)).toThrow(failsWith('trust'));
    const spoken = fingerprint.toUpperCase().replace(/(.{4})/g, '$1 ');
    expect(pinTrust({ file, home, fingerprint: spoken }).root.version).toBe(1);
  });

  it.each([
    ['low-order key', '01'.padEnd(64, '0')],
    ['non-canonical key', 'f'.repeat(64)],
  ])('%s: refuses to pin it', (_, hex) => {
    const { home, given } = setUp();
    const document = rootDocument();
    document.keys[signer('log').keyid]!.public = hex;
    const bytes = sealEnvelope(ROOT_TYPE, Buffer.from(JSON.stringify(document)), root);
    expect(() => pinTrust({ file: given(bytes), home })).toThrow(failsWith('trust'));
  });

  it.each([
    ['not-found', 'a missing file', undefined],
    ['format', 'a key alone', Buffer.from('ab'.repeat(32))],
    ['format', 'an empty file', Buffer.from('')],
    ['limit', 'a file of 1 MiB', Buffer.alloc(2 ** 20, '{')],
    ['signature', 'a root that nobody signed', sealRoot(rootDocument(), [])],
  ])('%s: refuses %s', (code, _, bytes) => {
    const { home, given } = setUp();
    const file = bytes ? given(bytes) : join(home, 'absent');
    expect(() => pinTrust({ file, home })).toThrow(failsWith(code));
  });

  it('another provider: refuses to replace a pinned one unless it is said', async () => {
    const { home, file, given, world } = setUp();
    world.publish();
    pinTrust({ file, home });
    await updateTrust(world, home, NOW);
    const before = readFileSync(trustFile(home));
    const roles = { root: { signers: [signer('other root')] } };
    const other = given(sealRoot(rootDocument(roles), [signer('other root')]));
    expect(() => pinTrust({ file: other, home })).toThrow(failsWith('trust'));
    expect(readFileSync(trustFile(home))).toEqual(before);
    expect(pinTrust({ file: other, home, replace: true }).freshness).toEqual({});
  });

  it('pinning the same again forgets nothing; the next root may come as a file', async () => {
    const { home, file, given, world } = setUp();
    world.publish();
    pinTrust({ file, home });
    const seen = await updateTrust(world, home, NOW);
    expect(pinTrust({ file, home })).toEqual(seen);
    world.rotate(rootDocument({ log: { signers: [signer('log 2')] } }), root);
    const next = pinTrust({ file: given(world.roots[1]!), home });
    expect(next.root.version).toBe(2);
    expect(next.freshness).toEqual(seen.freshness);
    expect(next.pinned).toBe(seen.pinned);
    expect(pinTrust({ file, home }).root.version).toBe(2);
  });
});

describe('readTrust', () => {
  it('says what to do before anything is pinned', () => {
    expect(() => readTrust(tempDir())).toThrow(
      expect.objectContaining({
        code: 'trust',
        hint: expect.stringContaining('client init') as string,
      }),
    );
  });

  it('refuses a damaged file rather than forget', () => {
    const { home, file } = setUp();
    pinTrust({ file, home });
    const whole = readFileSync(trustFile(home));
    for (const spoiled of [
      whole.subarray(0, 100),
      Buffer.alloc(0),
      Buffer.from(whole.toString().replace('"releases": {}', '"releases": []')),
      Buffer.from(whole.toString().replace('"pinned"', '"pined"')),
    ]) {
      writeFileSync(trustFile(home), spoiled);
      expect(() => readTrust(home)).toThrow(failsWith('format'));
      expect(() => pinTrust({ file, home })).toThrow(failsWith('format'));
    }
    writeFileSync(trustFile(home), whole);
    expect(readTrust(home).root.version).toBe(1);
  });

  it('a crash while writing leaves the old state, and what it left is passed over', () => {
    const { home, file } = setUp();
    const state = pinTrust({ file, home });
    writeFileSync(join(dirname(trustFile(home)), '.state.json.abc.tmp'), '{"format":"fedsh');
    expect(readTrust(home)).toEqual(state);
  });

  it('what a crash while writing has left is gone after the next write', () => {
    const { home, file } = setUp();
    const left = join(dirname(trustFile(home)), '.state.json.0123456789ab.tmp');
    mkdirSync(dirname(left));
    writeFileSync(left, '{"format":"fedsh');
    const state = pinTrust({ file, home });
    expect(existsSync(left)).toBe(false);
    expect(readTrust(home)).toEqual(state);
  });
});

describe('updateTrust', () => {
  it('rollback across restarts: a process that starts anew still refuses what is older', async () => {
    const { home, file, world } = setUp();
    world.publish();
    const old = world.list;
    world.relist();
    pinTrust({ file, home });
    await updateTrust(world, home, NOW);
    world.list = old;
    await expect(updateTrust(world, home, NOW)).rejects.toThrow(failsWith('rollback'));
  });
});

describe('writeTrust', () => {
  const event = (child: ChildProcess, name: string): Promise<unknown> =>
    new Promise((resolve) => child.once(name, resolve));

  it('rollback by a second process: neither of two pulls at once forgets what the other has seen', async () => {
    const { home, file } = setUp();
    pinTrust({ file, home });
    const writer = await program(join(import.meta.dirname, '../../fixtures/trust-writer.ts'));
    const writers = ['one', 'two'].map((name) =>
      fork(writer, [home, name, '15'], { execArgv: [] }),
    );
    await Promise.all(writers.map((child) => event(child, 'message')));
    for (const child of writers) child.send('go');
    expect(await Promise.all(writers.map((child) => event(child, 'exit')))).toEqual([0, 0]);
    const { releases } = readTrust(home);
    const versions = ['one', 'two'].map((name) => Object.values(releases[name]!)[0]!.version);
    expect(versions).toEqual([15, 15]);
  }, 60_000);

  it('refuses to bring back a provider that was replaced while a pull was under way', () => {
    const { home, file, given } = setUp();
    const before = pinTrust({ file, home });
    const stranger = given(sealRoot(rootDocument({ log: { signers: [signer('other')] } }), root));
    const after = pinTrust({ file: stranger, home, replace: true });
    expect(() => {
      writeTrust(home, before);
    }).toThrow(failsWith('trust'));
    expect(readTrust(home)).toEqual(after);
  });

  it('a lock that a crash left behind is taken over', () => {
    const { home, file } = setUp();
    const state = pinTrust({ file, home });
    const lock = join(home, 'trust', 'lock');
    writeFileSync(lock, '');
    utimesSync(lock, 0, 0);
    writeTrust(home, state);
    expect(readdirSync(join(home, 'trust')).sort()).toEqual(['lock', 'state.json']);
  });

  it('merges: what was read before another wrote does not make it forget', async () => {
    const { home, file, world } = setUp();
    world.publish();
    world.publish({ name: 'letters' });
    const start = pinTrust({ file, home });
    const save = (state: typeof start): void => writeTrust(home, state);
    await verifyRelease(world, start, 'digits', { now: NOW, save });
    world.relist();
    await verifyRelease(world, start, 'letters', { now: NOW, save });
    writeTrust(home, start);
    const { releases, freshness } = readTrust(home);
    expect(Object.keys(releases).sort()).toEqual(['digits', 'letters']);
    expect(Object.values(freshness).map((seen) => seen.version)).toEqual([4 + 1]);
  });

  it('says where it cannot write', () => {
    const { home, file } = setUp();
    const state = pinTrust({ file, home });
    rmSync(join(home, 'trust'), { recursive: true });
    writeFileSync(join(home, 'trust'), 'a file where a folder must be');
    expect(() => writeTrust(home, state)).toThrow(failsWith('io'));
    expect(readdirSync(home)).toContain('trust');
    rmSync(join(home, 'trust'));
    mkdirSync(join(home, 'trust'));
    writeTrust(home, state);
    expect(readTrust(home).root.version).toBe(1);
  });
});

describe('writeCheckpoint', () => {
  it('fork of the log: a checkpoint that was held against an older one does not replace a newer one', () => {
    const { home, file } = setUp();
    const first = pinTrust({ file, home });
    expect(writeCheckpoint(home, undefined, '["a"]')).toBe(true);
    expect(writeCheckpoint(home, undefined, '["b"]')).toBe(false);
    writeTrust(home, first); // knows of no checkpoint, and must not take it away
    expect(readTrust(home).checkpoint).toBe('["a"]');
    expect(writeCheckpoint(home, '["a"]', '["b"]')).toBe(true);
    expect(readTrust(home).checkpoint).toBe('["b"]');
  });
});
