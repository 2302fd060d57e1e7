import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../files.js';
import { seccompFilter } from './kernel/filter.js';
import { MACHINE, mountCommand, type Place } from './mounts.js';
import type { Mechanism } from './types.js';

/** Where systems keep programs and libraries, and nobody keeps data. */
const SYSTEM = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt'],
  ...['/sys', '/nix/store', '/gnu/store', '/run/current-system'],
];
const GPU = /^(nvidia|dri$|kfd$)/;

const PACKAGE = resolve(import.meta.dirname, '../../..');

const within = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** Where systems keep how names are resolved, which `/etc` only points to. */
const RESOLVERS = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager'];

/** This package's code and what it depends on, wherever npm has put that. */
function packagePaths(): string[] {
  const parts = ['dist', 'src', 'proto', 'package.json', 'node_modules'];
  const own = parts.map((part) => join(PACKAGE, part));
  const installed = PACKAGE.indexOf('/node_modules/');
  return installed < 0 ? own : [...own, PACKAGE.slice(0, installed + '/node_modules'.length)];
}

/** A program's own installation: its prefix when it has one, as under nvm, else the file alone. */
function installation(program: string): string {
  const file = realpathSync(program);
  const prefix = dirname(dirname(file));
  const isPrefix = basename(dirname(file)) === 'bin' && existsSync(join(prefix, 'lib'));
  return isPrefix && prefix !== '/' ? prefix : file;
}

const variable = (name: string): string[] =>
  (process.env[name] ?? '').split(delimiter).filter((path) => path.startsWith('/'));

/** Modules that whoever started Node has it load first: they are loaded inside as well. */
const preloaded = (): string[] =>
  process.execArgv.flatMap((word) => {
    const [file] = /(?:file:\/\/)?\/.*/.exec(word) ?? [];
    if (file === undefined) return [];
    return [file.startsWith('/') ? file : fileURLToPath(file)];
  });

/** What the step may read: its data, and the programs and libraries that it consists of. */
export function readablePaths(read: readonly string[]): string[] {
  const programs = ['LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap(variable);
  const own = [...packagePaths(), installation(process.execPath), ...preloaded()];
  const paths = [...own, ...programs, ...read];
  const present = paths.map((path) => resolve(path)).filter((path) => existsSync(path));
  return [...new Set(present)].filter((path) => !within(path, SYSTEM));
}

/** Exactly these paths, and nothing of the rest. */
function placesOf({ network, readable, writable }: Shown): Place[] {
  const at =
    (kind: Place[0]) =>
    (path: string): Place => [kind, path];
  const devices = readdirSync('/dev').filter((name) => GPU.test(name));
  return [
    ['tmpfs', '/tmp'],
    ...[...SYSTEM, ...(network ? RESOLVERS : [])].map(at('ro')),
    ...devices.map((name) => `/dev/${name}`).map(at('dev')),
    ['dir', process.cwd()],
    ...readable.map(at('ro')),
    ...writable.map(at('rw')),
  ];
}

const root = process.getuid?.() === 0;
const BIND = { ro: '--ro-bind-try', rw: '--bind', dev: '--dev-bind-try' } as const;
/** The descriptor from which bubblewrap reads the filter. */
export const FILTER = 5;

/** @param strict with no further user namespaces, which older kernels and bubblewraps cannot enforce */
function bubblewrapArguments(
  places: readonly Place[],
  { network }: Shown,
  { strict, filter }: { strict: boolean; filter: boolean },
): string[] {
  return [
    ...(strict ? ['--unshare-user', '--disable-userns'] : ['--unshare-user-try']),
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(network ? [] : ['--unshare-net']),
    // Of user 0 all would be kept, and with them what is read-only could be made writable again.
    ...['--cap-drop', 'ALL', ...(root ? ['--cap-add', 'CAP_DAC_OVERRIDE'] : [])],
    ...['--die-with-parent', '--proc', '/proc', '--dev', '/dev'],
    ...[...MACHINE, ...places].flatMap(([kind, path]) =>
      kind in BIND ? [BIND[kind as keyof typeof BIND], path, path] : [`--${kind}`, path],
    ),
    ...(filter ? ['--seccomp', `${FILTER}`] : []),
    ...['--remount-ro', '/', '--chdir', process.cwd(), '--'],
  ];
}

/** @param filter a file with the filter, to be found under its descriptor */
function works(program: string, args: readonly string[], filter?: string): boolean {
  const fd = filter === undefined ? undefined : openSync(filter, 'r');
  try {
    const nothing = Array.from({ length: FILTER }, () => 'ignore' as const);
    const stdio = [...nothing, ...(fd === undefined ? [] : [fd])];
    return spawnSync(program, args, { stdio, timeout: 5000 }).status === 0;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const NETWORK_ALONE = root ? ['--net', '--'] : ['--user', '--map-current-user', '--net', '--'];

export interface Sandbox {
  readonly mechanism: Mechanism;
  /** What to put in front of the command. */
  readonly command: readonly string[];
  /** A file with the seccomp filter, where the command puts it on. */
  readonly filter?: string;
  /** What is shown of this machine's files, where not all are. */
  readonly readable?: readonly string[];
  readonly writable?: readonly string[];
}

/** What a sandbox is to show. */
export interface Shown {
  readonly network: boolean;
  readonly readable: readonly string[];
  /** Folders that are there. */
  readonly writable: readonly string[];
}

/**
 * The strongest sandbox that works on this system, found by trying.
 *
 * @param folder an empty folder that it may use for as long as it runs
 */
export function findSandbox(shown: Shown, folder: string): Sandbox {
  const none: Sandbox = { mechanism: 'none', command: [] };
  if (process.platform !== 'linux') return none;
  const { readable, writable } = shown;
  const places = placesOf(shown);
  const probe = [process.execPath, '--version'];
  const bytes = seccompFilter(shown.network);
  const filter = bytes && join(folder, 'filter');
  if (filter) writeFileSync(filter, bytes, { mode: 0o600 });
  for (const [strict, given] of [
    [true, filter],
    [false, filter],
    [false, undefined],
  ] as const) {
    const kind = { strict, filter: given !== undefined };
    const args = bubblewrapArguments(places, shown, kind);
    if (works('bwrap', [...args, ...probe], given)) {
      const command = ['bwrap', ...args];
      return { mechanism: 'bubblewrap', command, filter: given, readable, writable };
    }
    if (!isThere('bwrap')) break;
  }
  const base = join(folder, 'root');
  makeFolder(base, 0o700);
  const command = mountCommand(base, process.cwd(), places, shown.network);
  const [program, ...args] = command;
  if (works(program!, [...args, ...probe]))
    return { mechanism: 'unshare', command, readable, writable };
  if (!shown.network && works('unshare', [...NETWORK_ALONE, 'true']))
    return { mechanism: 'unshare', command: ['unshare', ...NETWORK_ALONE] };
  return none;
}

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
