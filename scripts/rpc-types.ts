import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Generates the types of `proto/` with proto-loader's own generator.
 *
 *     npm run rpc:types            writes src/shared/rpc/generated
 *     npm run rpc:types -- --check says whether what is checked in is what the schema gives
 */
const root = resolve(import.meta.dirname, '..');
export const generatedDir = join(root, 'src/shared/rpc/generated');

/** Generates into a new temporary folder, and returns that folder. */
export function generate(): string {
  const out = mkdtempSync(join(tmpdir(), 'fedshot-rpc-types-'));
  const pkg = createRequire(import.meta.url).resolve('@grpc/proto-loader/package.json');
  const tool = join(dirname(pkg), 'build/bin/proto-loader-gen-types.js');
  const flags = ['--longs=Number', '--enums=String', '--defaults', '--oneofs', '--includeComments'];
  const where = ['--grpcLib=@grpc/grpc-js', '--importFileExtension=.js', `--outDir=${out}`];
  const files = ['--includeDirs', join(root, 'proto'), '--', 'fedshot/v1/releases.proto'];
  execFileSync(process.execPath, [tool, ...flags, ...where, ...files], { cwd: root });
  prune(out);
  relocate(out);
  return out;
}

/** The generator writes where on this machine the schema lies. */
function relocate(out: string): void {
  for (const [path, text] of tree(out))
    writeFileSync(join(out, path), text.replaceAll(`${root}/`, ''));
}

/** The limits of the fields import descriptor.proto, whose two dozen types nobody uses. */
function prune(out: string): void {
  rmSync(join(out, 'google'), { recursive: true });
  const path = join(out, 'releases.ts');
  const text = readFileSync(path, 'utf8')
    .replace(/^import .*'\.\/google\/.*\n/gm, '')
    .replace(/^ {2}google: \{\n[^]*?^ {2}\}\n/m, '')
    .replace(
      'import type { EnumTypeDefinition, MessageTypeDefinition }',
      'import type { MessageTypeDefinition }',
    );
  writeFileSync(path, text);
}

/** Relative path → text of every file below a folder. */
export function tree(dir: string): Map<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) =>
    e.isFile(),
  );
  const paths = files.map((e) => join(e.parentPath, e.name)).sort();
  return new Map(paths.map((path) => [path.slice(dir.length + 1), readFileSync(path, 'utf8')]));
}

if (process.argv[1] === import.meta.filename) {
  const fresh = generate();
  if (process.argv.includes('--check')) {
    const [want, have] = [tree(fresh), tree(generatedDir)];
    const stale = [...new Set([...want.keys(), ...have.keys()])].filter(
      (p) => want.get(p) !== have.get(p),
    );
    if (stale.length > 0)
      console.error(`not what the schema gives: ${stale.join(', ')}\nrun: npm run rpc:types`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    rmSync(generatedDir, { recursive: true, force: true });
    cpSync(fresh, generatedDir, { recursive: true });
  }
  rmSync(fresh, { recursive: true });
}
