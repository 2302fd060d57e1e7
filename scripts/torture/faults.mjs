/**
 * Counts this process's disk operations below a folder, and lets the one numbered `at` fail. Preloaded into
 * a command (`node --import 'file://…/faults.mjs?root=DIR&at=N&kind=kill'`), or armed from within.
 *
 * kind: `count` only counts; `kill` ends the process before the operation; `torn` does half of it (of a
 * write, of the removal of a folder) and ends the process; `EIO` refuses it once; `ENOSPC` refuses it
 * and whatever needs room after it; `delay` waits a seeded moment before each operation.
 * lives: the process is not ended: nothing that it does after the operation reaches the disk.
 * trace: a file outside of `root` that gets a line for each operation.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { basename, join, resolve, sep } from 'node:path';
import { URL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import './cheap.mjs';

const original = { ...fs, promises: { ...fs.promises } };
const { O_CREAT, O_WRONLY, O_RDWR } = fs.constants;

const NOTHING = { root: undefined, kind: 'count', at: 0, trace: undefined, seed: 1, lives: false };
let fault = NOTHING;
let count = 0;
let full = false;
let dead = false;
let random = 1;

/** From now on, until it is armed with nothing, this process's disk fails as told. */
export function arm(next = {}) {
  fault = { ...NOTHING, ...next };
  count = 0;
  full = false;
  dead = false;
  random = fault.seed;
}

/** Disk operations since this process was armed. */
export const counted = () => count;

const paths = new Map();
const handles = new WeakMap();
const cell = new Int32Array(new SharedArrayBuffer(4));

const isBelow = (path) =>
  fault.root !== undefined &&
  path !== undefined &&
  `${resolve(String(path))}${sep}`.startsWith(fault.root + sep);

/** What a full disk refuses: what adds bytes or names, and the wait until they are there. */
const NEEDS_ROOM = new Set(['create', 'write', 'mkdir', 'link', 'symlink', 'copyFile', 'fsync']);

function refusal(code, name, path) {
  const errno = code === 'EIO' ? -5 : -28;
  const words = code === 'EIO' ? 'i/o error' : 'no space left on device';
  const error = new Error(`${code}: ${words}, ${name} '${path}'`);
  return Object.assign(error, { code, errno, syscall: name, path: String(path) });
}

function end() {
  if (fault.lives) {
    dead = true;
    throw new Error('this process counts as killed');
  }
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(cell, 0, 0); // the signal may take a moment, in which nothing else may happen
}

/** Throws, ends the process, or lets the operation happen. */
function before(name, path, half) {
  if (!isMainThread || !isBelow(path)) return;
  if (dead) throw new Error('this process counts as killed');
  count++;
  const { kind, at, trace } = fault;
  if (trace) original.appendFileSync(trace, `${count} ${name} ${path}\n`);
  if (kind === 'delay') {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    Atomics.wait(cell, 0, 0, random >>> 28);
  }
  if (count === at) {
    if (kind === 'torn') half?.();
    if (kind === 'kill' || kind === 'torn') end();
    if (kind === 'EIO') throw refusal('EIO', name, path);
    if (kind === 'ENOSPC') full = true;
  }
  if (full && NEEDS_ROOM.has(name)) throw refusal('ENOSPC', name, path);
}

function writes(flags = 'r') {
  if (typeof flags === 'number') return (flags & (O_CREAT | O_WRONLY | O_RDWR)) !== 0;
  return flags !== 'r' && flags !== 'rs';
}
const opening = (path) => (original.existsSync(path) ? 'open' : 'create');

/** Half of what a folder holds, as an interrupted removal leaves it. */
const removeHalf = (path) => () => {
  if (!original.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const names = original.readdirSync(path);
  for (const name of names.slice(0, Math.ceil(names.length / 2)))
    original.rmSync(join(path, name), { recursive: true, force: true });
};

const halfOf = (data, options) =>
  typeof data === 'string'
    ? Buffer.from(data, options?.encoding).subarray(0, data.length >> 1)
    : data.subarray(0, data.length >> 1);

const PATH_FIRST = ['mkdir', 'rmdir', 'unlink', 'truncate', 'chmod', 'utimes', 'mkdtemp'];
const PATH_SECOND = ['rename', 'link', 'symlink', 'copyFile', 'cp'];

for (const name of PATH_FIRST) {
  fs[`${name}Sync`] = (path, ...rest) => {
    if (!(name === 'mkdir' && original.existsSync(path))) before(name, path);
    return original[`${name}Sync`](path, ...rest);
  };
  fs.promises[name] = async (path, ...rest) => {
    before(name, path);
    return original.promises[name](path, ...rest);
  };
}
for (const name of PATH_SECOND) {
  fs[`${name}Sync`] = (from, to, ...rest) => {
    before(name, to);
    return original[`${name}Sync`](from, to, ...rest);
  };
  fs.promises[name] = async (from, to, ...rest) => {
    before(name, to);
    return original.promises[name](from, to, ...rest);
  };
}
fs.rmSync = (path, options) => {
  if (original.lstatSync(path, { throwIfNoEntry: false })) before('rm', path, removeHalf(path));
  return original.rmSync(path, options);
};
fs.promises.rm = async (path, options) => fs.rmSync(path, options);
for (const [name, flag] of [
  ['writeFile', 'w'],
  ['appendFile', 'a'],
]) {
  fs[`${name}Sync`] = (target, data, options) => {
    const path = typeof target === 'number' ? paths.get(target) : target;
    before('write', path, () => original[`${name}Sync`](target, halfOf(data, options), { flag }));
    return original[`${name}Sync`](target, data, options);
  };
  fs.promises[name] = async (path, data, options) => {
    before('write', path);
    return original.promises[name](path, data, options);
  };
}
fs.openSync = (path, flags, mode) => {
  if (writes(flags)) before(opening(path), path);
  const fd = original.openSync(path, flags, mode);
  paths.set(fd, path);
  return fd;
};
fs.closeSync = (fd) => {
  paths.delete(fd);
  return original.closeSync(fd);
};
fs.writeSync = (fd, data, ...rest) => {
  before('write', paths.get(fd), () => original.writeSync(fd, halfOf(data)));
  return original.writeSync(fd, data, ...rest);
};
for (const name of ['fsync', 'fdatasync', 'ftruncate'])
  fs[`${name}Sync`] = (fd, ...rest) => {
    before(name === 'fdatasync' ? 'fsync' : name, paths.get(fd));
    return original[`${name}Sync`](fd, ...rest);
  };
fs.promises.open = async (path, flags, mode) => {
  if (writes(flags)) before(opening(path), path);
  const handle = await original.promises.open(path, flags, mode);
  handles.set(handle, path);
  patchHandle(Object.getPrototypeOf(handle));
  return handle;
};

let patched = false;
function patchHandle(prototype) {
  if (patched) return;
  patched = true;
  const names = { write: 'write', writev: 'write', writeFile: 'write', appendFile: 'write' };
  for (const [method, name] of Object.entries({
    ...names,
    sync: 'fsync',
    datasync: 'fsync',
    truncate: 'ftruncate',
  })) {
    const plain = prototype[method];
    prototype[method] = async function (...given) {
      before(name, handles.get(this), () => {
        if (method === 'write')
          original.writeSync(this.fd, halfOf(given[0]), 0, undefined, given[3]);
      });
      return plain.apply(this, given);
    };
  }
}
syncBuiltinESMExports();

const query = new URL(import.meta.url).searchParams;
if (query.has('root')) {
  const { at, seed, ...words } = Object.fromEntries(query);
  arm({ ...words, at: Number(at), seed: Number(seed ?? 1) });
  process.title = basename(process.argv[1] ?? 'torture');
}
