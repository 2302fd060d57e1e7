import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type LeafContent, TransparencyLog } from '../../../src/shared/log/index.js';
import { sha256, type Signer, signerOf } from '../../../src/shared/release/index.js';

/** A key of its own for every number. */
export const key = (n: number): Signer => signerOf(new Uint8Array(32).fill(n));
export const keysOf = (...signers: Signer[]): ReadonlyMap<string, Uint8Array> =>
  new Map(signers.map(({ keyid, publicKey }) => [keyid, publicKey]));

export const entry = (index: number): LeafContent => ({
  method: 'GetChunks',
  status: 0,
  call: 1,
  port: 40_000,
  peer: undefined,
  release: 'ab'.repeat(32),
  index,
  response: 'cd'.repeat(32),
  bytes: 1000 + index,
});

/** Opens a log, adds leaves and closes it; gives the checkpoint that it ends with. */
export async function grow(
  dir: string,
  signer: Signer,
  keys: ReadonlyMap<string, Uint8Array>,
  count: number,
  from = 0,
): Promise<string> {
  const log = await TransparencyLog.open({ dir, signer, keys });
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(entry(from + i))));
  const note = log.checkpoint();
  await log.close();
  return note;
}

/** SHA-256 of every file of a folder but its lock, by path. */
export function digests(dir: string): Record<string, string> {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name !== '.lock')
    .map((one) => join(one.parentPath, one.name))
    .sort();
  return Object.fromEntries(paths.map((path) => [relative(dir, path), sha256(readFileSync(path))]));
}

/** Puts a copy of a folder back in its place. */
export function restore(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
}

export const sizeOf = (path: string): number => statSync(path).size;
