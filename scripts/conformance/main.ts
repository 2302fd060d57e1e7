import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { KNOWN, NOT_APPLICABLE } from './known.js';

interface Result {
  fullName: string;
  status: string;
  messages: string[];
}

/**
 * `npm run conformance`: tfjs-core's own published operator tests on the LibTorch engine. Prints what
 * failed, and by which missing kernel or dtype the others were skipped.
 */
const engine = 'libtorch';
const core = dirname(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core')));
const dist = join(core, 'dist');
const tests = readdirSync(join(dist, 'ops'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('_test.js'))
  .map((file) => join(dist, 'ops', file))
  .sort();
const here = import.meta.dirname;
mkdirSync('work', { recursive: true });
const folder = mkdtempSync('work/conformance-');
try {
  const outfile = join(folder, 'tests.mjs');
  const files = [join(here, 'boot.ts'), ...tests, join(here, 'report.ts')];
  // one module each: imports run in order, and the engine is awaited before any test is declared
  const entry = files.map((file) => `import ${JSON.stringify(resolve(file))};`).join('\n');
  await build({
    stdin: { contents: entry, resolveDir: here },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    external: ['koffi', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'node:*'],
    // the engine and the tests have to share one tfjs-core
    alias: { '@tensorflow/tfjs-core': core },
    mainFields: ['module', 'main'],
    ignoreAnnotations: true, // its tests are declared to be free of side effects
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
  });
  const run = spawnSync(process.execPath, [outfile], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.exitCode = summarise(run.stdout) && run.status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Prints what came out; false if a test failed that should not. */
function summarise(lines: string): boolean {
  const skipped = new Map<string, number>();
  const failed: string[] = [];
  const known: string[] = [];
  let passed = 0;
  for (const line of lines.split('\n').filter(Boolean)) {
    const { fullName, status, messages } = JSON.parse(line) as Result;
    const [message = ''] = messages;
    const applies = NOT_APPLICABLE.map(([pattern, why]) => {
      const match = pattern.exec(message);
      return match && why(match);
    }).find(Boolean);
    const deviation = KNOWN.find(([name]) => fullName.startsWith(name));
    if (status === 'passed') passed++;
    else if (applies) skipped.set(applies, (skipped.get(applies) ?? 0) + 1);
    else if (deviation) known.push(`${fullName}: ${deviation[1]}`);
    else failed.push(`${fullName}: ${message}`);
  }
  const rows = [...skipped].sort(([, a], [, b]) => b - a);
  console.log(`not applicable: ${rows.map(([why, count]) => `${why} (${count})`).join('; ')}`);
  for (const line of known) console.log(`other on purpose: ${line}`);
  for (const line of failed) console.log(`FAILED: ${line}`);
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  console.log(
    `${engine}: ${passed} passed, ${failed.length} failed, ${known.length} other on purpose, ${total} not applicable`,
  );
  return failed.length === 0 && passed > 0;
}
