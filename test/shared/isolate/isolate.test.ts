import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test as base } from 'vitest';
import { examine, type IsolationRecord } from '../../../src/shared/isolate/index.js';
import { stepProgram } from '../../fixtures/step-program.js';
import { fileDir } from '../../fixtures/temp.js';

const LIBRARY = join(import.meta.dirname, '../../../dist/shared/isolate/index.js');
const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const built = existsSync(LIBRARY);
if (!built) console.log('skipped: npm run build comes first');

/** What the second mechanism is made of: a PATH with these has no bubblewrap. */
const UTIL_LINUX = ['unshare', 'mount', 'umount', 'pivot_root', 'setpriv', 'sh', 'mkdir', 'ln'];
const which = (program: string): string | undefined =>
  [...process.env.PATH!.split(delimiter), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
const possible = {
  bubblewrap: built && works('bwrap', '--unshare-net', '--ro-bind', '/', '/', 'true'),
  unshare:
    built &&
    UTIL_LINUX.every((program) => which(program)) &&
    works('unshare', '--user', '--map-root-user', '--mount', '--net', 'true'),
};
for (const [mechanism, works] of Object.entries(possible))
  if (!works) console.log(`skipped: ${mechanism} does not work on this system`);

// Outside of /tmp and of the package: what is not listed must be gone, not only out of sight in /tmp.
const dir = fileDir();
beforeAll(() => {
  for (const name of ['data', 'out', 'other']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'data/images'), 'mine');
  writeFileSync(join(dir, 'other/images'), 'not mine');
  mkdirSync(join(dir, 'bin'));
  for (const program of UTIL_LINUX) {
    const path = which(program);
    if (path) symlinkSync(path, join(dir, 'bin', program));
  }
});

/** A program that runs `body` as an isolated step. */
const program = (body: string, mode = 'require'): string =>
  stepProgram({
    dir: join(dir, 'data'),
    body: `const DIR = ${JSON.stringify(dir)}; ${body}`,
    mode,
    write: [join(dir, 'out')],
    foreign: [join(dir, 'other')],
  });

function runWith(
  body: string,
  mode?: string,
  env: Record<string, string> = {},
  words: string[] = [],
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program(body, mode), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, said: stdout, stderr };
}

describe.each(['bubblewrap', 'unshare'] as const)('isolate by %s', (mechanism) => {
  const path = (): string => (mechanism === 'unshare' ? join(dir, 'bin') : process.env.PATH!);
  const run = (body: string, mode?: string, env: Record<string, string> = {}, words?: string[]) =>
    runWith(body, mode, { PATH: path(), ...env }, words);
  const test = base.skipIf(!possible[mechanism]);

  test('the step itself runs: it reads its data, writes its folder, and returns a result', () => {
    const { said, status } = run(`
      fs.writeFileSync(DIR + '/out/result', fs.readFileSync(DIR + '/data/images'));
      return record;`);
    expect(status).toBe(0);
    expect(readFileSync(join(dir, 'out/result'), 'utf8')).toBe('mine');
    const record = JSON.parse(said) as IsolationRecord;
    expect(record).toMatchObject({
      mechanism,
      network: 'none',
      files: 'confined',
      interfaces: ['lo'],
      routes: 0,
    });
    expect(record.namespace).not.toBe(record.outerNamespace);
    expect(record.mounts).toContain('/usr ro');
    expect(record.mounts).toContain(`${join(dir, 'out')} rw`);
    expect(record.mounts).not.toContain('/ rw');
    expect(record.attempts.map(({ attempt }) => attempt)).toContain(`read ${join(dir, 'other')}`);
    expect(record.attempts.filter(({ result }) => result === 'succeeded')).toEqual([]);
  });

  test.each([
    [
      'a training process that opens a socket to the outside',
      `await connect({ host: '192.0.2.1', port: 443 })`,
      'ENETUNREACH',
    ],
    [
      'one that opens a socket to this machine',
      `await connect({ port: Number(input.words[0]) })`,
      /^(ECONNREFUSED|ENETUNREACH)$/,
    ],
    [
      'one that talks to a daemon through its socket file',
      `await connect({ path: DIR + '/other/daemon' })`,
      'ENOENT',
    ],
    [
      'an adapt that reads the other side',
      `attempt(() => fs.readFileSync(DIR + '/other/images', 'utf8'))`,
      'ENOENT',
    ],
    [
      'one that changes the data',
      `attempt(() => fs.writeFileSync(DIR + '/data/images', 'x'))`,
      'EROFS',
    ],
    [
      'one that changes the program',
      `attempt(() => fs.appendFileSync(${JSON.stringify(LIBRARY)}, ' '))`,
      'EROFS',
    ],
    [
      'one that follows a link out of its folder',
      `attempt(() => (fs.rmSync(DIR + '/out/way', { force: true }), fs.symlinkSync(DIR + '/other', DIR + '/out/way'), fs.readdirSync(DIR + '/out/way').join()))`,
      'ENOENT',
    ],
    [
      'one that looks into the process outside',
      `attempt(() => fs.readdirSync('/proc/' + process.ppid + '/root/home').join())`,
      /^(ENOENT|EACCES)$/,
    ],
    [
      'one that makes a read-only folder writable again',
      `(cp.spawnSync('mount', ['-o', 'remount,bind,rw', DIR + '/data']), attempt(() => fs.writeFileSync(DIR + '/data/images', 'x')))`,
      'EROFS',
    ],
    [
      'one that changes a setting of the machine',
      `attempt(() => fs.writeFileSync('/proc/sys/kernel/core_pattern', fs.readFileSync('/proc/sys/kernel/core_pattern')))`,
      /EROFS|EACCES/,
    ],
    [
      'one that makes a device to reach the disk by',
      `cp.spawnSync('mknod', [DIR + '/out/disk', 'b', '8', '0']).status === 0 ? 'succeeded' : 'refused'`,
      'refused',
    ],
  ])('%s is refused', async (_name, expression, code) => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    const daemon = createServer().listen(join(dir, 'other/daemon'));
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { said } = run(`return ${expression}`, 'require', {}, [String(port)]);
    server.close();
    daemon.close();
    expect(JSON.parse(said)).toMatch(typeof code === 'string' ? new RegExp(`^${code}$`) : code);
  });

  test('an adapt that writes beside its folder leaves nothing there', () => {
    run(`attempt(() => fs.writeFileSync(DIR + '/leak', 'x'))`);
    expect(existsSync(join(dir, 'leak'))).toBe(false);
  });

  test('an interrupt aborts the signal of the step once, which ends as it sees fit', async () => {
    const child = spawn(
      process.execPath,
      [
        program(`
      context.answered('ready');
      let signals = 0;
      await new Promise((done) => context.signal.addEventListener('abort', () => { signals++; setTimeout(done, 300); }));
      return { saved: signals };`),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PATH: path() } },
    );
    let said = '';
    const code = await new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (text.includes('ready')) child.kill('SIGINT');
      });
      child.on('close', resolve);
    });
    expect(said).toBe('"ready"\n{"saved":1}\n');
    expect(code).toBe(0);
  });

  test('structured data comes back as it was, and errors with their code', () => {
    const { said } = run('return { n: [1, 2], bytes: new Uint8Array([7])[0], none: undefined }');
    expect(JSON.parse(said)).toEqual({ n: [1, 2], bytes: 7 });
    const { status, stderr } = run(
      `throw Object.assign(new Error('so many'), { name: 'RangeError' })`,
    );
    expect(status).toBe(9);
    expect(stderr).toContain('so many');
  });

  test('nothing is left behind of what the sandbox was built on', () => {
    const tmp = join(dir, 'tmp');
    mkdirSync(tmp, { recursive: true });
    expect(run('', 'require', { TMPDIR: tmp }).status).toBe(0);
    expect(readdirSync(tmp)).toEqual([]);
  });

  test('a folder that is not there is made, with the rights that are asked for', () => {
    rmSync(join(dir, 'out'), { recursive: true });
    run(`fs.writeFileSync(DIR + '/out/result', 'x')`);
    expect(readdirSync(join(dir, 'out'))).toEqual(['result']);
    expect(statSync(join(dir, 'out')).mode & 0o777).toBe(0o700);
  });

  test('a step that is killed is an error, and no result', () => {
    const { status, stderr } = run(`process.kill(process.pid, 'SIGKILL'); for (;;);`);
    expect(status).toBe(9);
    expect(stderr).toContain('ended by itself');
  });

  test('a step that leaves without a result is an error', () => {
    const { status, stderr } = run('process.exit(0)');
    expect(status).toBe(9);
    expect(stderr).toContain('ended by itself');
  });

  test('attack: claiming to be isolated already changes nothing, it is isolated all the same', () => {
    const claim = JSON.stringify({
      mechanism: 'bubblewrap',
      namespace: 'x',
      port: 1,
      file: '/no/file',
    });
    const { said } = run('return record', 'require', { FEDSHOT_ISOLATED: claim });
    expect(JSON.parse(said)).toMatchObject({ mechanism, network: 'none', files: 'confined' });
  });

  test('without bubblewrap or unshare: auto says so in one line, require refuses', () => {
    const auto = run(`return record.network`, 'auto', { PATH: '/nowhere' });
    expect(JSON.parse(auto.said)).toBe('reachable');
    expect(auto.stderr.trim().split('\n')).toHaveLength(1);
    expect(auto.stderr).toContain('CAN be reached');
    const required = run(`return 'went on'`, 'require', { PATH: '/nowhere' });
    expect(required.said).toBe('');
    expect(required.stderr).toContain('the network can be reached');
  });
});

describe('examine', () => {
  base('does not call a process isolated that has a network', async () => {
    const record = await examine({ mode: 'off', network: false, foreign: [] }, undefined);
    const open = record.interfaces.some((name) => name !== 'lo');
    expect(record.network).toBe(open ? 'reachable' : 'none');
    expect(record.files).toBe('open');
  });
});
