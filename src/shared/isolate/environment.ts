/**
 * What of the environment an isolated process gets, by whole names: a prefix would let through what
 * nobody thought of (`TF_` is TensorFlow's and Terraform's tokens, `NVIDIA_` has API keys). None of
 * these holds a secret.
 */
const NAMES: ReadonlySet<string> = new Set([
  // where programs and this user's engines are, and how to write
  ...['PATH', 'HOME', 'XDG_CACHE_HOME', 'LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'],
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_COLLATE', 'LC_CTYPE', 'LC_MESSAGES', 'LC_MONETARY'],
  ...['LC_NUMERIC', 'LC_TIME', 'TZ', 'TERM', 'COLORTERM', 'COLUMNS', 'LINES'],
  ...['NO_COLOR', 'FORCE_COLOR', 'CI'],
  // how Node, the allocator and threads work
  ...['NODE_ENV', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE', 'GLIBC_TUNABLES', 'MALLOC_ARENA_MAX'],
  ...['OMP_NUM_THREADS', 'OMP_WAIT_POLICY', 'OMP_PROC_BIND', 'OMP_PLACES', 'OMP_DYNAMIC'],
  ...['OMP_SCHEDULE', 'OMP_STACKSIZE', 'OMP_THREAD_LIMIT', 'GOMP_CPU_AFFINITY', 'GOMP_SPINCOUNT'],
  ...['KMP_AFFINITY', 'KMP_BLOCKTIME', 'KMP_DUPLICATE_LIB_OK', 'MKL_NUM_THREADS', 'MKL_DYNAMIC'],
  ...['MKL_CBWR', 'MKL_ENABLE_INSTRUCTIONS', 'OPENBLAS_NUM_THREADS'],
  // engines and devices
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'CUDA_LAUNCH_BLOCKING', 'CUDA_MODULE_LOADING'],
  ...['CUDA_CACHE_DISABLE', 'CUBLAS_WORKSPACE_CONFIG', 'PYTORCH_CUDA_ALLOC_CONF'],
  ...['PYTORCH_ALLOC_CONF', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES'],
  ...['NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES', 'NVIDIA_TF32_OVERRIDE'],
  ...['TF_CPP_MIN_LOG_LEVEL', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'],
  ...['TF_FORCE_GPU_ALLOW_GROWTH', 'TF_ENABLE_ONEDNN_OPTS'],
  // fedshot's own, each a choice or a path
  ...['FEDSHOT_ISOLATE', 'FEDSHOT_FOREIGN', 'FEDSHOT_PROGRESS', 'FEDSHOT_DEBUG'],
  ...[
    'FEDSHOT_ENGINE',
    'FEDSHOT_LIBTORCH',
    'FEDSHOT_FOUND_TORCH',
    'FEDSHOT_CUDA_GRAPHS',
    'FEDSHOT_LIBTORCH_LAYOUT',
  ],
]);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of an isolated process.
 *
 * @param keep further names that one step needs: `pull` goes through a proxy, for instance
 */
export function allowedEnvironment(
  env: Environment,
  keep: readonly string[] = [],
): Record<string, string> {
  const allowed = (name: string): boolean => NAMES.has(name) || keep.includes(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && allowed(entry[0]),
    ),
  );
}
