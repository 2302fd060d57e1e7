/**
 * Programs in TypeScript that run as processes of their own. Bundled, one starts in a third of the time
 * that it takes with a loader.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
/** Below the package, whose dependencies stay outside of the bundle. */
const CACHE = join(ROOT, 'node_modules/.cache/fedshot');

/** Each module goes on finding its files from where it stands. */
const here: esbuild.Plugin = {
  name: 'here',
  setup: (build) => {
    build.onLoad({ filter: /\/(src|test|scripts)\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    }));
  },
};

/** @returns the path of the bundle of a program, for `node`; the same for the same sources */
export async function program(file: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [here],
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const bundle = join(CACHE, `${basename(file, '.ts')}-${digest}.mjs`);
  if (!existsSync(bundle)) {
    mkdirSync(CACHE, { recursive: true });
    const draft = `${bundle}.${randomUUID()}`; // another process may be writing the same
    writeFileSync(draft, bytes);
    renameSync(draft, bundle);
  }
  return bundle;
}
