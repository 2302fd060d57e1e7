import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { pinTrust } from '../../../src/client/trust/trust.js';
import { initProvider } from '../../../src/provider/keys/init.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import type { IsolationRecord } from '../../../src/shared/isolate/index.js';
import { Keyring, Sealer } from '../../../src/shared/release/index.js';
import { initParameters } from '../../fixtures/parameters.js';
import { fileDir, tempDir } from '../../fixtures/temp.js';

const PASSPHRASE = 'seven-horses-on-a-roof';
const PROGRAM = join(import.meta.dirname, '../../../dist/cli/main.js');
const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args).status === 0;
const possible =
  (works('bwrap', '--unshare-net', '--ro-bind', '/', '/', 'true') ||
    works('unshare', '--user', '--map-root-user', '--mount', '--net', 'true')) &&
  existsSync(join(PROGRAM, '../../shared/isolate/worker.js'));
const terminal = works('script', '--version');
if (!possible)
  console.log('skipped: provider serve, isolated: needs bubblewrap or unshare, and npm run build');
if (!terminal) console.log('skipped: provider serve at a terminal: needs script (util-linux)');

interface Ready {
  address: string;
  isolation: IsolationRecord;
}
interface Served {
  child: ChildProcess;
  ready: Ready;
  said: () => string;
  ended: Promise<number | null>;
}

/** A provider whose keys are sealed with the passphrase, as a person would make it; once for all tests. */
const made = fileDir();
beforeAll(async () => {
  const [store, model] = [join(made, 'store'), join(made, 'model')];
  const sealer = () => Promise.resolve(new Sealer(PASSPHRASE, 2 ** 14));
  const keyring = new Keyring({ dir: `${store}-keys`, sealer });
  await initProvider({ store, keyring, now: new Date() });
  initParameters(model);
  await publishRelease({ modelDir: model, name: 'digits', store, keyring, now: new Date() });
});
function provider(): { dir: string; store: string } {
  const dir = tempDir();
  cpSync(made, dir, { recursive: true });
  return { dir, store: join(dir, 'store') };
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function words(store: string, more: string[]): string[] {
  const isolate = ['--isolate', 'require'];
  return [PROGRAM, 'provider', 'serve', '--store', store, '--port', '0', ...isolate, ...more];
}

async function served(child: ChildProcess): Promise<Served> {
  running.push(child);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await expect.poll(() => said, { timeout: 45_000 }).toContain('"ready":true');
  const line = said.split(/\r?\n/).find((one) => one.startsWith('{"ready"'))!;
  return { child, ready: JSON.parse(line) as Ready, said: () => said, ended };
}

function serve(store: string, ...more: string[]): Promise<Served> {
  const { FEDSHOT_PASSPHRASE: _, ...env } = process.env;
  const args = words(store, ['--json', '--passphrase-fd', '3', ...more]);
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  (child.stdio[3] as Writable).end(`${PASSPHRASE}\n`);
  return served(child);
}

/** What everybody on this machine can read of all processes of this user. */
function visible(): string {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => read(`/proc/${pid}/environ`) + read(`/proc/${pid}/cmdline`))
    .join('\n');
}

async function pulled(dir: string, { address }: Ready): Promise<string> {
  const home = join(dir, `site-${Math.random()}`);
  pinTrust({ file: join(dir, 'store/trust.json'), home });
  const from = [address.replace('127.0.0.1', 'localhost')];
  const { release } = await pull({ from, name: 'digits', home });
  return release.name;
}

describe.skipIf(!possible)('provider serve, isolated', () => {
  it('serves, sees no files but its own, and stops as it should', async () => {
    const { dir, store } = provider();
    const { child, ready, ended } = await serve(store);
    expect(ready.isolation).toMatchObject({
      mechanism: expect.stringMatching(/^(bubblewrap|unshare)$/) as string,
      network: 'allowed',
      files: 'confined',
      writable: [`${store}-log`],
    });
    expect(ready.isolation.attempts.map(({ result }) => result)).not.toContain('succeeded');
    expect(await pulled(dir, ready)).toBe('digits');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(existsSync(`${store}-log/checkpoint`)).toBe(true);
  });

  it('a passphrase given to it is in no environment and on no command line', async () => {
    const { store } = provider();
    await serve(store);
    expect(visible()).toContain('provider\0serve');
    expect(visible()).not.toContain(PASSPHRASE);
  });

  it('a wrong passphrase is refused in one line', () => {
    const { store } = provider();
    const args = words(store, ['--passphrase-fd', '0']);
    const { status, stderr } = spawnSync(process.execPath, args, {
      input: 'wrong\n',
      encoding: 'utf8',
      env: { ...process.env, FEDSHOT_PASSPHRASE: undefined },
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^fedshot: .*passphrase/m);
  });

  it('reads again at SIGHUP, and when a file that it uses is replaced', async () => {
    const { store } = provider();
    const { child, said } = await serve(store);
    const times = (): number => said().split('read again').length - 1;
    child.kill('SIGHUP');
    await expect.poll(times).toBe(1);
    const tls = join(`${store}-keys`, 'tls');
    const [name] = readdirSync(tls).filter((file) => file.endsWith('.pem'));
    copyFileSync(join(tls, name!), join(tls, 'draft'));
    renameSync(join(tls, 'draft'), join(tls, name!));
    await expect.poll(times, { timeout: 5000 }).toBeGreaterThan(1);
    expect(child.exitCode).toBeNull();
  });

  it.each(['store', 'store-log'])('ends with one line when the %s is removed', async (folder) => {
    const { dir, store } = provider();
    const { said, ended } = await serve(store);
    rmSync(join(dir, folder), { recursive: true });
    expect(await ended).not.toBe(0);
    expect(said()).toMatch(/fedshot: .*store.* (was removed|is gone).*the server cannot go on/);
    expect(said().match(/^fedshot: /gm)).toHaveLength(1);
  });

  it('an explicit --sites without an authority is refused', () => {
    const { dir, store } = provider();
    const args = words(store, ['--passphrase-fd', '0', '--sites', join(dir, 'typo')]);
    mkdirSync(join(dir, 'typo'));
    const { status, stderr } = spawnSync(process.execPath, args, {
      input: PASSPHRASE,
      encoding: 'utf8',
    });
    expect(status).toBe(7);
    expect(stderr).toMatch(/^fedshot: .*typo: no certificate authority for sites/m);
  });

  it('a second server on the same log is refused, though neither sees the other', async () => {
    const { store } = provider();
    await serve(store);
    const args = words(store, ['--passphrase-fd', '0']);
    const second = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    onTestFinished(() => void second.kill('SIGKILL'));
    second.stdin.end(PASSPHRASE);
    let said = '';
    second.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    expect(await new Promise((resolve) => second.once('close', resolve))).toBe(17);
    expect(said).toContain('writes this log already');
  });

  it.skipIf(!terminal)('asks at the terminal, and Ctrl-C there lets it finish', async () => {
    const { dir, store } = provider();
    const { FEDSHOT_PASSPHRASE: _, ...env } = process.env;
    const quoted = [process.execPath, ...words(store, ['--json'])]
      .map((word) => `'${word}'`)
      .join(' ');
    // Without exec, a shell that stays between would get the Ctrl-C too, and its end be the answer.
    const child = spawn('script', ['-qefc', `exec ${quoted}`, '/dev/null'], { env, stdio: 'pipe' });
    let screen = '';
    child.stdout.on('data', (text: Buffer) => (screen += text.toString()));
    const waiting = served(child);
    await expect.poll(() => screen, { timeout: 20_000 }).toContain('Passphrase for the keys in');
    child.stdin.write(`${PASSPHRASE}\r`);
    const { ready, ended } = await waiting;
    expect(screen).not.toContain(PASSPHRASE);
    expect(await pulled(dir, ready)).toBe('digits');
    child.stdin.write('\x03');
    expect(await ended).toBe(0);
    expect(screen).toContain('draining');
    expect(screen).toContain('stopped');
  });
});
