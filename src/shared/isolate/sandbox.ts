import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
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

/** The arguments that make bubblewrap show exactly these paths, and nothing of the rest. */
function bubblewrapArguments(options: IsolateOptions): string[] {
  const bind = (how: string) => (path: string) => [how, path, path];
  const devices = readdirSync('/dev').filter((name) => GPU.test(name));
  return [
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(options.network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...[...SYSTEM, ...(options.network ? RESOLVERS : [])].flatMap(bind('--ro-bind-try')),
    ...devices.map((name) => `/dev/${name}`).flatMap(bind('--dev-bind-try')),
    ...['--dir', process.cwd()],
    ...readablePaths(options.read).flatMap(bind('--ro-bind')),
    ...options.write.map((path) => resolve(path)).flatMap(bind('--bind')),
    ...['--remount-ro', '/', '--chdir', process.cwd(), '--'],
  ];
}

const works = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 5000 }).status === 0;

const root = process.getuid?.() === 0;
const UNSHARE = root ? ['--net', '--'] : ['--user', '--map-current-user', '--net', '--'];

export interface Sandbox {
  readonly mechanism: Mechanism;
  /** What to put in front of the command. */
  readonly command: readonly string[];
}

/** The strongest sandbox that works on this system, found by trying; undefined for none. */
export function findSandbox(options: IsolateOptions): Sandbox | undefined {
  if (process.platform !== 'linux') return undefined;
  for (const folder of options.write) mkdirSync(folder, { recursive: true });
  const bubblewrap = bubblewrapArguments(options);
  if (works('bwrap', [...bubblewrap, process.execPath, '--version']))
    return { mechanism: 'bubblewrap', command: ['bwrap', ...bubblewrap] };
  if (!options.network && works('unshare', [...UNSHARE, 'true']))
    return { mechanism: 'unshare', command: ['unshare', ...UNSHARE] };
  return undefined;
}
