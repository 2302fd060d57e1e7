/**
 * What an isolated process may ask of the kernel, as a seccomp filter (seccomp(2)): a program of
 * classic BPF that the kernel runs before each system call.
 */
import { PROCESSORS } from './numbers.js';

const [LOAD, EQUAL, AT_LEAST, HAS_BIT, RETURN] = [0x20, 0x15, 0x35, 0x45, 0x06];
/** Offsets in `struct seccomp_data`. */
const [NUMBER, ARCH, FIRST_ARGUMENT] = [0, 4, 16];

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const fail = (errno: number): number => 0x00050000 | errno;
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];

const CLONE_NEWUSER = 0x10000000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (which is how a process learns of its interfaces). */
const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 };

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
const answer = (value: number): Instruction => [RETURN, 0, 0, value];
/** Answers so where the loaded number is this one. */
const when = (number: number, value: number): Instruction[] => [
  [EQUAL, 0, 1, number],
  answer(value),
];

/**
 * The filter, as the kernel and bubblewrap's `--seccomp` take it: 8 bytes an instruction. Keyrings,
 * namespaces, mounts, other processes and sockets of other families than these are refused.
 *
 * @param network a step with a network may make no sockets of AF_UNIX either: without a network
 *   namespace of its own it would reach the abstract ones of this machine
 * @returns undefined for a processor whose calls are not known here
 */
export function seccompFilter(network: boolean, arch: string = process.arch): Buffer | undefined {
  const processor = PROCESSORS[arch];
  if (!processor) return undefined;
  const { unix, ...others } = FAMILIES;
  const families = [...(network ? [] : [unix]), ...Object.values(others)];
  const family = [
    load(FIRST_ARGUMENT),
    ...families.flatMap((number) => when(number, ALLOW)),
    answer(fail(EAFNOSUPPORT)),
  ];
  const program: Instruction[] = [
    load(ARCH),
    [EQUAL, 1, 0, processor.audit],
    answer(KILL),
    load(NUMBER),
    ...(processor.x32 === undefined
      ? []
      : ([[AT_LEAST, 0, 1, processor.x32], answer(fail(ENOSYS))] as const)),
    ...processor.refused.flatMap((number) => when(number, fail(EPERM))),
    ...processor.unknown.flatMap((number) => when(number, fail(ENOSYS))),
    [EQUAL, 0, family.length, processor.socket],
    ...family,
    [EQUAL, 0, 3, processor.clone],
    load(FIRST_ARGUMENT),
    [HAS_BIT, 0, 1, CLONE_NEWUSER],
    answer(fail(EPERM)),
    answer(ALLOW),
  ];
  return Buffer.concat(program.map(encode));
}

function encode([code, ifTrue, ifFalse, value]: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
