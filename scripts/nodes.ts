/**
 * Runs the packed and installed package on several releases of Node: npm's package `node` brings their
 * binaries into a temporary folder. On each, test/package.test.ts runs the examples of docs/api.md, trains,
 * publishes, verifies, pulls, adapts and predicts, with WebAssembly and LibTorch, in the sandbox.
 *
 *     npm run test:nodes                 20, 22 and 24
 *     npm run test:nodes -- 22 25.1.0    these
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const [, , ...asked] = process.argv;
const wanted = asked.length > 0 ? asked : ['20', '22', '24'];

/** @returns the binary of a release, fetched into a folder of its own */
function fetchNode(version: string, folder: string): string {
  const at = mkdtempSync(join(folder, 'node-'));
  writeFileSync(join(at, 'package.json'), '{"private": true}');
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  execFileSync('npm', ['install', ...quiet, `node@${version}`], { cwd: at, stdio: 'inherit' });
  return join(at, 'node_modules/node/bin/node');
}

const folder = mkdtempSync(join(tmpdir(), 'fedshot-nodes-'));
try {
  const outcomes = wanted.map((version) => {
    const node = fetchNode(version, folder);
    const called = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    console.log(`\n${called}`);
    const { status } = spawnSync('npx', ['vitest', 'run', 'test/package.test.ts'], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, FEDSHOT_TEST_NODE: node },
    });
    return { called, passed: status === 0 };
  });
  console.log('');
  for (const { called, passed } of outcomes)
    console.log(`${called.padEnd(10)} ${passed ? 'passed' : 'FAILED'}`);
  process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
