import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, test as base } from 'vitest';
import { seccompFilter } from '../../../src/shared/isolate/kernel/filter.js';
import { built, pathFor, possible, WAYS, type Way } from '../../fixtures/inside.js';
import { stepProgram } from '../../fixtures/step-program.js';
import { fileDir } from '../../fixtures/temp.js';

const ROOT = join(import.meta.dirname, '../../..');
const dir = fileDir();

/** Calls as an attacker makes them, past Node; each gives 0 or an error number. */
const CALLS = `
  import koffi from ${JSON.stringify(join(ROOT, 'node_modules/koffi/index.js'))};
  const { spawnSync } = cp;
  const libc = koffi.load(null);
  const call = libc.func('syscall', 'long', ['long', 'long', 'long', 'long', 'long']);
  const x64 = process.arch === 'x64';
  const errno = (got) => (Number(got) >= 0 ? 0 : koffi.errno());
  const socket = (family, type = 1) => errno(call(x64 ? 41 : 198, family, type, 0, 0));
  const keyctl = (...args) => errno(call(x64 ? 250 : 219, ...args));`;

/** @returns what `expression` gives in a process isolated so */
async function inside(way: Way, expression: string, network: boolean, mode = 'require') {
  const file = stepProgram({ dir, head: CALLS, body: `return ${expression};`, mode, network });
  const child = spawn(process.execPath, [file, ABSTRACT], {
    env: { ...process.env, PATH: pathFor(way, dir) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(said) as unknown;
}

const ABSTRACT = `fedshot-test-${process.pid}`;
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];

describe.each(WAYS)('isolated by %s', (way) => {
  const test = base.skipIf(!possible[way]);
  const ATTACKS: [string, string, number][] = [
    ['opens a socket to the hypervisor', 'socket(40)', EAFNOSUPPORT],
    ['opens a raw packet socket', 'socket(17, 3)', EAFNOSUPPORT],
    ['opens a socket to the crypto interface', 'socket(38, 5)', EAFNOSUPPORT],
    ['asks for the keyring of its user', 'keyctl(0, -4, 0, 0)', EPERM],
    ['asks for the keyring of its session', 'keyctl(0, -3, 1, 0)', EPERM],
    ['makes a namespace of users', 'errno(call(x64 ? 272 : 97, 0x10000000, 0, 0, 0))', EPERM],
    ['makes one as it makes a process', 'errno(call(x64 ? 56 : 220, 0x10000011, 0, 0, 0))', EPERM],
    ['makes one in the way that hides its flags', 'errno(call(435, 0, 0, 0, 0))', ENOSYS],
    ['makes sockets by a ring that no filter sees', 'errno(call(425, 8, 0, 0, 0))', ENOSYS],
    ['traces another process', 'errno(call(x64 ? 101 : 117, 16, 1, 0, 0))', EPERM],
  ];

  test('one with a network: each of these calls is refused', async () => {
    const got = await inside(way, `[${ATTACKS.map(([, attack]) => attack).join(',')}]`, true);
    const named = ATTACKS.map(([name], i) => [name, (got as number[])[i]]);
    expect(named).toEqual(ATTACKS.map(([name, , code]) => [name, code]));
  });

  test('one without a network: each of these calls is refused', async () => {
    const got = await inside(way, `[${ATTACKS.map(([, attack]) => attack).join(',')}]`, false);
    expect(got).toEqual(ATTACKS.map(([, , code]) => code));
  });

  test.each([true, false])(
    'an abstract socket of this machine is out of reach (network: %s)',
    async (network) => {
      const server = createServer((socket) => socket.end()).listen(`\0${ABSTRACT}`);
      await new Promise((resolve) => server.once('listening', resolve));
      const expression = 'await connect({ path: "\\0" + input.words[0] })';
      const answer = await inside(way, expression, network);
      server.close();
      expect(answer).toMatch(/^(EAFNOSUPPORT|ECONNREFUSED)$/);
    },
  );

  test('what it has to be able to do, it can: sockets of the internet, programs, threads', async () => {
    const honest =
      '[socket(2), socket(10), socket(16, 3), spawnSync("/bin/sh", ["-c", "exit 3"]).status, await new Promise(async (done) => new (await import("node:worker_threads")).Worker("process.exit(4)", { eval: true }).on("exit", done))]';
    expect(await inside(way, honest, true)).toEqual([0, 0, 0, 3, 4]);
  });

  test('the record says that all of it is closed, and off says that nothing was tried', async () => {
    expect(await inside(way, 'record.kernel', true)).toBe('closed');
    expect(await inside(way, 'record.kernel', false)).toBe('closed');
    expect(await inside(way, 'record.kernel', false, 'off')).toBe('unknown');
  });
});

describe('without isolation', () => {
  base.skipIf(!built || process.platform !== 'linux')(
    'an abstract socket of this machine is reached: the refusals above are the sandbox’s',
    async () => {
      const server = createServer((socket) => socket.end()).listen(`\0${ABSTRACT}-open`);
      await new Promise((resolve) => server.once('listening', resolve));
      const answer = await new Promise<string>((resolve) => {
        connect({ path: `\0${ABSTRACT}-open` })
          .on('connect', () => resolve('connected'))
          .on('error', (error) => resolve(error.message));
      });
      server.close();
      expect(answer).toBe('connected');
    },
  );
});

describe('seccompFilter', () => {
  it.each(['x64', 'arm64'])(
    'is whole instructions within what the kernel takes, for %s',
    (arch) => {
      for (const network of [true, false]) {
        const filter = seccompFilter(network, arch)!;
        expect(filter.length % 8).toBe(0);
        expect(filter.length / 8).toBeLessThan(4096);
        // No jump leads out of it, and it ends with an answer.
        const size = filter.length / 8;
        for (let i = 0; i < size; i++) {
          const furthest = Math.max(filter[8 * i + 2]!, filter[8 * i + 3]!);
          expect(i + 1 + furthest).toBeLessThan(size + (i === size - 1 ? 1 : 0));
        }
        expect(filter.readUInt16LE(filter.length - 8)).toBe(0x06);
      }
    },
  );

  it('is none for a processor whose calls are not known', () => {
    expect(seccompFilter(true, 'riscv64')).toBeUndefined();
  });
});
