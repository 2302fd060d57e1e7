import { spawnSync } from 'node:child_process';
import { getSystemErrorName } from 'node:util';
import type { Attempt } from '../types.js';
import { seccompFilter } from './filter.js';
import { PROCESSORS } from './numbers.js';

const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
/** For all threads of the process: Node has several from its start. */
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const INSTRUCTION_BYTES = 8;

const AF_VSOCK = 40;
const SOCK_STREAM = 1;
const KEYCTL_GET_KEYRING_ID = 0;
const KEY_SPEC_USER_KEYRING = -4;

export const SUCCEEDED = 'succeeded';

type Koffi = (typeof import('koffi'))['default'];

async function loadKoffi(): Promise<Koffi | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    return (await import('koffi')).default;
  } catch {
    return undefined; // no build for this C library: what can be tried without it is tried
  }
}

/**
 * Puts the filter on this process, for good, where what started it could not (util-linux before 2.41,
 * and no sandbox at all). Comes before anything private is read.
 *
 * @returns whether it is on
 */
export async function applyFilter(network: boolean): Promise<boolean> {
  const filter = seccompFilter(network);
  const processor = PROCESSORS[process.arch];
  const koffi = filter && processor && (await loadKoffi());
  if (!koffi) return false;
  const libc = koffi.load(null);
  const program = koffi.struct({ length: 'uint16_t', filter: 'void *' });
  const prctl = libc.func('prctl', 'int', ['int', 'long', 'long', 'long', 'long']);
  const seccomp = libc.func('syscall', 'long', ['long', 'long', 'long', koffi.pointer(program)]);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) return false;
  const given = { length: filter.length / INSTRUCTION_BYTES, filter };
  const { seccomp: number } = processor;
  return seccomp(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, given) === 0;
}

/** Tries what the filter is to refuse. Empty where there is no way to try. */
export async function tryKernel(): Promise<Attempt[]> {
  const koffi = await loadKoffi();
  const processor = PROCESSORS[process.arch];
  if (!koffi || !processor) return [];
  const libc = koffi.load(null);
  const outcome = (returned: number): string =>
    returned >= 0 ? SUCCEEDED : getSystemErrorName(-koffi.errno());
  const socket = libc.func('socket', 'int', ['int', 'int', 'int']);
  const close = libc.func('close', 'int', ['int']);
  const syscall = libc.func('syscall', 'long', ['long', 'long', 'long', 'long']);
  const fd = socket(AF_VSOCK, SOCK_STREAM, 0) as number;
  const vsock = outcome(fd);
  if (fd >= 0) close(fd);
  const keyring = syscall(
    processor.keyctl,
    KEYCTL_GET_KEYRING_ID,
    KEY_SPEC_USER_KEYRING,
    0,
  ) as number;
  return [
    { attempt: 'open a socket to the hypervisor (AF_VSOCK)', result: vsock },
    { attempt: 'ask for the keyring of this user', result: outcome(keyring) },
    { attempt: 'make a user namespace', result: tryNamespace() },
  ];
}

/** A process with threads may not do it itself, so that another program has to. */
function tryNamespace(): string {
  const { status, error } = spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' });
  if (error) return (error as NodeJS.ErrnoException).code ?? 'failed';
  return status === 0 ? SUCCEEDED : 'EPERM';
}
