/**
 * What is published, installed into an empty folder, runs the examples of docs/api.md. On another Node than
 * the one that runs the tests where FEDSHOT_TEST_NODE names its binary: `npm run test:nodes`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSandbox, readablePaths } from '../src/shared/isolate/sandbox.js';

const NODE = process.env.FEDSHOT_TEST_NODE ?? process.execPath;
const ROOT = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'fedshot-package-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }), 240_000); // with its node_modules

const npm = (words: readonly string[], cwd: string): string =>
  execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The example of a name, as it stands in the page. */
function example(name: string): string {
  const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
  const [, code] =
    new RegExp(`<!-- example: ${name} -->\\s+\`\`\`ts\\n([^]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/api.md has no example ${name}`);
  return code;
}

function run(file: string, words: readonly string[] = []) {
  return spawnSync(NODE, [file, ...words], { cwd: dir, encoding: 'utf8' });
}

/** The last line of JSON that a program of these lines prints. */
function said(name: string, lines: string): unknown {
  writeFileSync(join(dir, name), lines);
  const { status, stdout, stderr } = run(name);
  expect([status, stderr.replace(/.*ExperimentalWarning.*|.*--trace-warnings.*/g, '')]).toEqual([
    0,
    expect.not.stringMatching(/Error/),
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** What this machine has to keep a step apart with. */
function sandboxHere(): string {
  const shown = { network: false, readable: readablePaths([]), writable: [] };
  return findSandbox(shown, mkdtempSync(join(dir, 'sandbox-'))).mechanism;
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

describe('the package, in an empty folder', () => {
  let packed: Packed;
  beforeAll(() => {
    const said = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', dir], ROOT);
    [packed] = JSON.parse(said) as [Packed];
    writeFileSync(join(dir, 'package.json'), '{"private": true, "type": "module"}');
    const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    npm(['install', ...quick, join(dir, packed.filename)], dir);
  }, 240_000);

  it('has what it runs on and what its licence asks for, and no tests', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'dist/index.js',
        'dist/index.d.ts',
        'proto/fedshot/v1/releases.proto',
      ]),
    );
    expect(paths.filter((path) => /^(test|src|shared|work)\//.test(path))).toEqual([]);
  });

  it('explains itself', () => {
    const { status, stdout } = run(join(dir, 'node_modules/fedshot/dist/cli/main.js'), ['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: fedshot/);
  });

  it('trains, and tells of each epoch', () => {
    writeFileSync(join(dir, 'train.mjs'), example('train'));
    const { status, stdout, stderr } = run('train.mjs');
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1 \{ loss: [\d.]+ \}/m);
    expect(stdout).toMatch(/^10 classes, [\d.]+ %$/m);
  }, 120_000);

  it('trains on what a program has in memory', () => {
    writeFileSync(join(dir, 'memory.mjs'), example('memory'));
    const { status, stdout, stderr } = run('memory.mjs');
    expect(stderr).not.toMatch(/Error/);
    expect([status, stdout]).toEqual([0, "[ 'bottom', 'top' ]\n"]);
  }, 60_000);

  it('goes from training to predictions', () => {
    rmSync(join(dir, 'model'), { recursive: true, force: true });
    writeFileSync(join(dir, 'whole.mjs'), example('whole'));
    const { status, stdout, stderr } = run('whole.mjs');
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('20');
  }, 180_000);

  it('verifies what was published, and finds a byte that was changed', () => {
    const verify = `import { audit } from 'fedshot';
      const options = { store: 'store', trust: 'store/trust.json', parts: ['release'] };
      console.log(JSON.stringify((await audit(options)).verdict));`;
    expect(said('verify.mjs', verify)).toBe('PASS');
    const objects = join(dir, 'store/objects');
    const [file = ''] = readdirSync(objects, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.length > 64)
      .map((name) => join(objects, name));
    const bytes = readFileSync(file);
    const changed = Buffer.from(bytes);
    changed[0] = changed.readUInt8(0) ^ 1;
    writeFileSync(file, changed);
    expect(said('verify.mjs', verify)).toBe('FAIL');
    writeFileSync(file, bytes);
  }, 60_000);

  it('computes with LibTorch in the sandbox, where the two are', ({ skip }) => {
    const list = `import { engine } from 'fedshot';
      console.log(JSON.stringify((await engine.list({})).engines.map(({ engine }) => engine)));`;
    const isolate = sandboxHere() === 'none' ? 'auto' : 'require';
    if (!(said('list.mjs', list) as string[]).includes('libtorch')) skip('no LibTorch here');
    const small = `import { train } from 'fedshot';
      const options = { data: 'digits:plain?n=60', out: 'small', epochs: 1, engine: 'libtorch' };
      const { engine, isolation } = await train(options, { isolate: '${isolate}' });
      console.log(JSON.stringify([engine.name, isolation.mechanism]));`;
    expect(said('small.mjs', small)).toEqual(['libtorch', sandboxHere()]);
  }, 60_000);

  it('adapts by a method in a file of its own, in a process that has never heard of it', () => {
    writeFileSync(join(dir, 'sharpen.mjs'), example('plugin'));
    const adapt = [
      'client',
      'adapt',
      '--home',
      'site',
      '--name',
      'digits',
      '--epochs',
      '1',
      '--json',
    ];
    const words = [...adapt, '--data', 'digits:thin?n=100', '--engine', 'wasm', '--force'];
    const method = ['--method', 'sharpen', '--method-options', 'weight=0.5'];
    const program = join(dir, 'node_modules/fedshot/dist/cli/main.js');
    const unknown = run(program, [...words, ...method]);
    expect(unknown.status).toBe(2);
    const { status, stdout, stderr } = run(program, [
      '--plugin',
      'sharpen.mjs',
      ...words,
      ...method,
    ]);
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    const { epochs } = JSON.parse(stdout) as { epochs: { terms: object }[] };
    expect(Object.keys(epochs[0]?.terms ?? {})).toEqual(['sharpness']);
    writeFileSync(
      join(dir, 'sharpen-api.mjs'),
      `import { adapt } from 'fedshot';
      const { method } = await adapt(
        { home: 'site', name: 'digits', data: 'digits:thin?n=60', epochs: 1, engine: 'wasm', method: 'sharpen', force: true },
        { plugins: ['sharpen.mjs'] },
      );
      console.log(method);`,
    );
    expect(run('sharpen-api.mjs').stdout).toBe('sharpen\n');
  }, 120_000);

  it('runs a command from a file of its own in the sandbox', () => {
    writeFileSync(join(dir, 'size.mjs'), example('command'));
    const program = join(dir, 'node_modules/fedshot/dist/cli/main.js');
    const words = ['--plugin', 'size.mjs', 'client', 'size', '--data', 'digits:thin?n=7'];
    const { status, stdout } = run(program, [...words, '--json']);
    expect(status).toBe(0);
    const { count, network } = JSON.parse(stdout) as { count: number; network: string };
    expect(count).toBe(7);
    expect(['none', 'reachable']).toContain(network);
    expect(run(program, words).stdout).toBe('7 samples\n');
    const open = run(program, [...words, '--isolate', 'off', '--json']);
    expect((JSON.parse(open.stdout) as { count: number }).count).toBe(7);
    expect(run(program, ['--plugin', 'size.mjs', 'client', 'size', '--date', 'x']).status).toBe(2);
  }, 60_000);
});
