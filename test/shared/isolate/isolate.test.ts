import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test as base } from 'vitest';
import { examine, type IsolationRecord } from '../../../src/shared/isolate/index.js';

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
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fedshot-isolate-'));
  for (const name of ['data', 'out', 'other']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'data/images'), 'mine');
  writeFileSync(join(dir, 'other/images'), 'not mine');
  mkdirSync(join(dir, 'bin'));
  for (const program of UTIL_LINUX) {
    const path = which(program);
    if (path) symlinkSync(path, join(dir, 'bin', program));
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A program that isolates itself, then does what `body` says and prints what `said` gives. */
function program(body: string, mode = 'require'): string {
  const file = join(dir, 'data', `program-${Math.floor(performance.now() * 1000)}.mjs`);
  writeFileSync(
    file,
    `import { isolate } from ${JSON.stringify(LIBRARY)};
    import * as fs from 'node:fs';
    import * as net from 'node:net';
    import * as cp from 'node:child_process';
    const stop = new AbortController();
    process.on('SIGINT', () => stop.abort());
    const record = await isolate({
      mode: ${JSON.stringify(mode)}, read: [${JSON.stringify(join(dir, 'data'))}],
      write: [${JSON.stringify(join(dir, 'out'))}], folderMode: 0o700, foreign: [${JSON.stringify(join(dir, 'other'))}],
      reporter: { note: (line) => console.error(line), warn: (line) => console.error('warning', line) },
      signal: stop.signal });
    const attempt = (what) => { try { return what() ?? 'succeeded'; } catch (error) { return error.code; } };
    const connect = (options) => new Promise((done) => net.connect(options)
      .on('connect', () => done('succeeded')).on('error', (error) => done(error.code)));
    const DIR = ${JSON.stringify(dir)};
    ${body}`,
  );
  return file;
}

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

  test('the step itself runs: it reads its data, writes its folder, and says how it ended', () => {
    const { said, status } = run(`
      fs.writeFileSync(DIR + '/out/result', fs.readFileSync(DIR + '/data/images'));
      console.log(JSON.stringify(record));
      process.exitCode = 7;`);
    expect(status).toBe(7);
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
      `await connect({ port: Number(process.argv[2]) })`,
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
    const { said } = run(`console.log(${expression})`, 'require', {}, [String(port)]);
    server.close();
    daemon.close();
    expect(said.trim()).toMatch(typeof code === 'string' ? new RegExp(`^${code}$`) : code);
  });

  test('an adapt that writes beside its folder leaves nothing there', () => {
    run(`attempt(() => fs.writeFileSync(DIR + '/leak', 'x'))`);
    expect(existsSync(join(dir, 'leak'))).toBe(false);
  });

  test('an interrupt reaches the step once, and its exit code comes back', async () => {
    const child = spawn(
      process.execPath,
      [
        program(`
      let signals = 0;
      process.on('SIGINT', () => { signals++; setTimeout(() => { console.log('saved', signals); process.exit(130); }, 300); });
      console.log('ready'); setInterval(() => {}, 1000);`),
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
    expect(said).toBe('ready\nsaved 1\n');
    expect(code).toBe(130);
  });

  test('messages of a parent and to it pass through', async () => {
    const child = spawn(
      process.execPath,
      [
        program(
          `process.send({ progress: record.network }); process.once('message', () => process.exit(5));`,
        ),
      ],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, PATH: path() },
      },
    );
    const message = await new Promise((resolve) => child.once('message', resolve));
    expect(message).toEqual({ progress: 'none' });
    child.send({ go: 'on' });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(5);
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

  test('an exit by a signal comes back as one', () => {
    expect(run(`process.kill(process.pid, 'SIGKILL')`).status).toBe(137);
  });

  test('claiming to be isolated already does not help: the tries decide', () => {
    const claim = JSON.stringify({
      mechanism: 'bubblewrap',
      namespace: 'x',
      port: 1,
      file: '/no/file',
    });
    const { status, stderr } = run(`console.log('went on')`, 'require', {
      FEDSHOT_ISOLATED: claim,
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('the network can be reached');
  });

  test('without bubblewrap or unshare: auto says so in one line, require refuses', () => {
    const auto = run(`console.log(record.network)`, 'auto', { PATH: '/nowhere' });
    expect(auto.said.trim()).toBe('reachable');
    expect(auto.stderr.trim().split('\n')).toHaveLength(1);
    expect(auto.stderr).toContain('CAN be reached');
    const required = run(`console.log('went on')`, 'require', { PATH: '/nowhere' });
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
