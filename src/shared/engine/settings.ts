/** The variables of a process's environment; only read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a function reads whose caller gives no environment: that of this process. */
export const ownEnvironment = (): Environment => process.env;

/** Variables that engines are looked for by. */
export const SETTINGS = {
  /** An engine by name, where options say `auto`. */
  engine: 'FEDSHOT_ENGINE',
  /** The folder of a PyTorch that is taken instead of all others. */
  libtorch: 'FEDSHOT_LIBTORCH',
  /** The folder of the torch package that python3 named, for a process that has no python3 to ask. */
  foundTorch: 'FEDSHOT_FOUND_TORCH',
  /** `off`: steps are replayed without CUDA graphs. */
  cudaGraphs: 'FEDSHOT_CUDA_GRAPHS',
  /** `channels-first`: PyTorch's default layout of images on a CPU, slower, and bit for bit what it computes. */
  layout: 'FEDSHOT_LIBTORCH_LAYOUT',
  /** A folder of engines. */
  engines: 'FEDSHOT_ENGINES',
} as const;

/** All that decides where an engine is found: the same here, the same engine. */
export function whereabouts(env: Environment): string {
  const names = [...Object.values(SETTINGS), 'XDG_CACHE_HOME', 'HOME', 'PATH'];
  return JSON.stringify(names.map((name) => env[name] ?? null));
}

/**
 * Runs `load` while this process's environment has `values`, and puts back what was there before.
 *
 * The native libraries behind engines take their number of threads and the like from the environment
 * alone, when they load: they offer no function for it. This and {@link setForGood} are the only places
 * that write to it.
 */
export function whileSet<T>(values: Readonly<Record<string, string>>, load: () => T): T {
  const before = new Map(Object.keys(values).map((name) => [name, process.env[name]]));
  Object.assign(process.env, values);
  try {
    return load();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
}

/** As {@link whileSet}, for a library that may read it at any time. A value that is there stays. */
export function setForGood(name: string, value: string): void {
  process.env[name] ??= value;
}
