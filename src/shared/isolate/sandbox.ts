import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { MACHINE, mountCommand, type Place } from './mounts.js';
import type { IsolateOptions, Mechanism } from './types.js';

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

/** What the step may read: its data, and the programs and libraries that it consists of. */
export function readablePaths(read: readonly string[]): string[] {
  const programs = ['LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap(variable);
  const paths = [...packagePaths(), installation(process.execPath), ...programs, ...read];
  const present = paths.map((path) => resolve(path)).filter((path) => existsSync(path));
  return [...new Set(present)].filter((path) => !within(path, SYSTEM));
}

/** Exactly these paths, and nothing of the rest. */
function placesOf(options: IsolateOptions): Place[] {
  const at =
    (kind: Place[0]) =>
    (path: string): Place => [kind, path];
  const devices = readdirSync('/dev').filter((name) => GPU.test(name));
  return [
    ['tmpfs', '/tmp'],
    ...[...SYSTEM, ...(options.network ? RESOLVERS : [])].map(at('ro')),
    ...devices.map((name) => `/dev/${name}`).map(at('dev')),
    ['dir', process.cwd()],
    ...readablePaths(options.read).map(at('ro')),
    ...options.write.map((path) => resolve(path)).map(at('rw')),
  ];
}

const root = process.getuid?.() === 0;
const BIND = { ro: '--ro-bind-try', rw: '--bind', dev: '--dev-bind-try' } as const;

function bubblewrapArguments(places: readonly Place[], network: boolean): string[] {
  return [
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(network ? [] : ['--unshare-net']),
    // Of user 0 all would be kept, and with them what is read-only could be made writable again.
    ...['--cap-drop', 'ALL', ...(root ? ['--cap-add', 'CAP_DAC_OVERRIDE'] : [])],
    ...['--die-with-parent', '--proc', '/proc', '--dev', '/dev'],
    ...[...MACHINE, ...places].flatMap(([kind, path]) =>
      kind in BIND ? [BIND[kind as keyof typeof BIND], path, path] : [`--${kind}`, path],
    ),
    ...['--remount-ro', '/', '--chdir', process.cwd(), '--'],
  ];
}

const works = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 5000 }).status === 0;

const NETWORK_ALONE = root ? ['--net', '--'] : ['--user', '--map-current-user', '--net', '--'];

export interface Sandbox {
  readonly mechanism: Mechanism;
  /** What to put in front of the command. */
  readonly command: readonly string[];
  /** An empty folder that it is built on, to be removed at the end. */
  readonly folder?: string;
}

/** The strongest sandbox that works on this system, found by trying; undefined for none. */
export function findSandbox(options: IsolateOptions): Sandbox | undefined {
  if (process.platform !== 'linux') return undefined;
  const { network = false, write } = options;
  for (const folder of write) mkdirSync(folder, { recursive: true });
  const places = placesOf(options);
  const bubblewrap = bubblewrapArguments(places, network);
  const probe = [process.execPath, '--version'];
  if (works('bwrap', [...bubblewrap, ...probe]))
    return { mechanism: 'bubblewrap', command: ['bwrap', ...bubblewrap] };
  const folder = mkdtempSync(join(tmpdir(), 'fedshot-root-'));
  const [program, ...args] = mountCommand(folder, process.cwd(), places, network);
  if (works(program!, [...args, ...probe]))
    return { mechanism: 'unshare', command: [program!, ...args], folder };
  rmdirSync(folder);
  if (!network && works('unshare', [...NETWORK_ALONE, 'true']))
    return { mechanism: 'unshare', command: ['unshare', ...NETWORK_ALONE] };
  return undefined;
}
