/** Numbers of system calls, from the kernel's tables for x86-64 and for 64-bit ARM. */
const CALLS = {
  // keys that all processes of a user share
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  // namespaces and mounts of its own
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_by_handle_at: [304, 265],
  // other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  // the kernel itself
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  syslog: [103, 116],
} as const satisfies Record<string, readonly [x64: number, arm64: number]>;

/** What a filter has to know of a processor. */
export interface Processor {
  /** AUDIT_ARCH_*: how the kernel names the calls' convention. */
  readonly audit: number;
  /** From here on numbers are of the 32-bit convention x32; undefined where there is none. */
  readonly x32: number | undefined;
  readonly socket: number;
  readonly clone: number;
  readonly seccomp: number;
  readonly keyctl: number;
  /** Refused with EPERM. */
  readonly refused: readonly number[];
  /** Refused with ENOSYS, upon which libraries do the same in the older way that can be looked into. */
  readonly unknown: readonly number[];
}

const numbers = (column: 0 | 1): number[] => Object.values(CALLS).map((pair) => pair[column]);

/** clone3 hides its flags behind a pointer; io_uring makes sockets that no filter sees. */
const UNKNOWN = { clone3: 435, io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 };

/** By `process.arch`. */
export const PROCESSORS: Readonly<Partial<Record<string, Processor>>> = {
  x64: {
    audit: 0xc000003e,
    x32: 0x40000000,
    socket: 41,
    clone: 56,
    seccomp: 317,
    keyctl: CALLS.keyctl[0],
    refused: numbers(0),
    unknown: Object.values(UNKNOWN),
  },
  arm64: {
    audit: 0xc00000b7,
    x32: undefined,
    socket: 198,
    clone: 220,
    seccomp: 277,
    keyctl: CALLS.keyctl[1],
    refused: numbers(1),
    unknown: Object.values(UNKNOWN),
  },
};
