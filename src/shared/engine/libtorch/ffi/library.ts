import { existsSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { FedshotError } from '../../../errors.js';
import { ownEnvironment, setForGood, whileSet, type Environment } from '../../settings.js';
import type { Device } from '../../types.js';
import { machineIsBusy } from './busy.js';
import type { CApi, Out, Pointer } from './abi.js';
import { bindCuda } from './cuda-api.js';
import { keepFreedMemory } from './freed-memory.js';
import { libraryFile } from '../library-file.js';

const OPENMP = { darwin: 'libomp.dylib', win32: 'libiomp5md.dll' } as Record<string, string>;

/** Loads the libraries in `folder`, in the order of their dependencies. @throws FedshotError `engine` */
function loadLibraries(folder: string, device: Device): LibraryHandle {
  const names = [OPENMP[process.platform] ?? 'libgomp.so.1', libraryFile('c10')];
  names.push(libraryFile('torch_cpu'));
  if (device === 'cuda') names.push(libraryFile('c10_cuda'), libraryFile('torch_cuda'));
  let main: LibraryHandle | undefined;
  for (const name of names) {
    const path = join(folder, name);
    if (!existsSync(path) && name === names[0]) continue; // a system-wide OpenMP serves as well
    try {
      const library = koffi.load(path, { global: true, lazy: true });
      if (name === libraryFile('torch_cpu')) main = library;
      if (name === libraryFile('torch_cuda')) main = library;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FedshotError('engine', `cannot load ${path}: ${reason}`, { cause });
    }
  }
  return main!;
}

/** The LibTorch that this process has loaded: it stays loaded until the process ends. */
let loaded: { folder: string; threads: number } | undefined;

function loadOnce(
  folder: string,
  device: Device,
  threads: number,
  env: Environment,
): LibraryHandle {
  if (loaded && loaded.folder !== folder)
    throw new FedshotError(
      'engine',
      `cannot load ${folder}: this process has loaded ${loaded.folder}`,
      {
        hint: 'a process can have one LibTorch: name one with FEDSHOT_LIBTORCH, or start another process',
      },
    );
  // cuDNN would otherwise round the inputs of a convolution to 10 bits of mantissa.
  if (device === 'cuda') setForGood('NVIDIA_TF32_OVERRIDE', '0');
  const settings: Record<string, string> = { OMP_NUM_THREADS: String(threads) };
  // Waiting threads spin, which is fastest alone and ruinous on a machine that has no core to spare.
  const policy = env.OMP_WAIT_POLICY ?? (machineIsBusy() ? 'PASSIVE' : undefined);
  if (policy !== undefined) settings.OMP_WAIT_POLICY = policy;
  return whileSet(settings, () => {
    const library = loadLibraries(folder, device);
    loaded ??= { folder, threads };
    // Makes LibTorch and MKL read how many threads they have, which they put off to their first operator.
    optionally(library, 'int torch_get_num_threads(void *out)')?.(new Uint32Array(1));
    return library;
  });
}

/** A function that not every LibTorch has. */
function optionally(
  library: LibraryHandle,
  prototype: string,
): ((...args: unknown[]) => unknown) | undefined {
  try {
    return library.func(prototype);
  } catch {
    return undefined;
  }
}

/**
 * Opens LibTorch. OpenMP reads the number of threads when it loads, so it has to be known here.
 *
 * @param folder the `torch/lib` folder of a PyTorch installation (2.10 or newer)
 * @throws FedshotError `engine`
 */
export function openLibrary(
  folder: string,
  device: Device,
  threads: number,
  env: Environment = ownEnvironment(),
): CApi {
  keepFreedMemory();
  const lib = loadOnce(folder, device, threads, env);
  /* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- a C function has the type that we give it */
  const bind = <T>(prototype: string): T => {
    try {
      return lib.func(prototype) as T;
    } catch (cause) {
      throw new FedshotError('engine', `the PyTorch in ${folder} is too old: no ${prototype}`, {
        hint: 'PyTorch 2.10 or newer is needed; `fedshot engine install` fetches one',
        cause,
      });
    }
  };
  const optional = <T>(prototype: string) => optionally(lib, prototype) as T | undefined;
  /* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */
  const constant = (name: string): number => bind<() => number>(`int32_t ${name}()`)();
  const api: CApi = {
    abiVersion: bind('uint64_t aoti_torch_abi_version()'),
    callDispatcher: bind(
      'int torch_call_dispatcher(void *op, void *name, void *stack, uint64_t v)',
    ),
    lastError: optional('const char *torch_exception_get_what_without_backtrace()'),
    newHandle: bind('int aoti_torch_new_tensor_handle(uintptr_t h, void *out)'),
    deleteHandle: bind('int aoti_torch_delete_tensor_object(uintptr_t h)'),
    newList: bind('int torch_new_list_reserve_size(size_t size, void *out)'),
    pushBack: bind('int torch_list_push_back(uintptr_t list, uint64_t slot)'),
    newString: bind('int torch_new_string_handle(const char *text, size_t length, void *out)'),
    newSlot: slotAllocator(optional('int torch_new_stable_ivalue(void *out)')),
    emptyStrided: bind(
      'int aoti_torch_empty_strided(int64_t n, void *sizes, void *strides, int32_t dtype, int32_t device, int32_t index, void *out)',
    ),
    copy: bind('int aoti_torch_copy_(uintptr_t target, uintptr_t source, int32_t nonBlocking)'),
    dataPointer: bind('int aoti_torch_get_data_ptr(uintptr_t h, void *out)'),
    dim: bind('int aoti_torch_get_dim(uintptr_t h, void *out)'),
    sizes: bind('int aoti_torch_get_sizes(uintptr_t h, void *out)'),
    dtypeOf: bind('int aoti_torch_get_dtype(uintptr_t h, void *out)'),
    setGradMode: bind('void aoti_torch_grad_mode_set_enabled(bool on)'),
    addTensor: bind(`int aoti_torch_${device}_add_Tensor(uintptr_t, uintptr_t, double, void *)`),
    addScalar: bind(`int aoti_torch_${device}_add_Scalar(uintptr_t, double, double, void *)`),
    mulScalar: bind(`int aoti_torch_${device}_mul_Scalar(uintptr_t, double, void *)`),
    powScalar: bind(`int aoti_torch_${device}_pow_Tensor_Scalar(uintptr_t, double, void *)`),
    fill: bind(`int aoti_torch_${device}_fill__Scalar(uintptr_t, double)`),
    pad: bind(
      `int aoti_torch_${device}_pad(uintptr_t, void *, int64_t, const char *, void *, void *)`,
    ),
    dtypes: {
      float32: constant('aoti_torch_dtype_float32'),
      float64: constant('aoti_torch_dtype_float64'),
      int32: constant('aoti_torch_dtype_int32'),
      bool: constant('aoti_torch_dtype_bool'),
    },
    memoryFormats: {
      contiguous: constant('aoti_torch_memory_format_contiguous_format'),
      channelsLast: constant('aoti_torch_memory_format_channels_last'),
    },
    deviceType: constant(`aoti_torch_device_type_${device}`),
    threads: optional('int omp_get_max_threads()'),
    setThreads: threadSetter(lib),
    // LibTorch's own runtime: the one that it links with.
    ...(device === 'cuda' && { cuda: bindCuda((prototype) => lib.func(prototype)) }),
  };
  if (!api.setThreads && loaded && loaded.threads !== threads)
    throw new FedshotError('engine', `LibTorch has ${loaded.threads} threads in this process`, {
      hint: 'ask for as many, or start another process',
    });
  // tfjs-core differentiates; LibTorch must not record anything.
  api.setGradMode(false);
  return api;
}

/**
 * Sets OpenMP's number of threads as LibTorch does when it starts: where it computes with MKL, to what
 * MKL makes of it, which is no more than there are physical cores.
 */
function threadSetter(library: LibraryHandle): CApi['setThreads'] {
  const set = optionally(library, 'void omp_set_num_threads(int threads)');
  const taken = optionally(library, 'int mkl_get_max_threads()');
  if (!set) return undefined;
  return (threads) => {
    set(threads);
    if (taken) set(taken());
  };
}

/** Before 2.13 the ABI has no allocator for slots, and the callee frees with C++ `operator delete`. */
function slotAllocator(
  newStableIValue: ((out: Out) => number) | undefined,
): (value: bigint) => Pointer {
  const out = new BigUint64Array(1);
  let allocate: () => Pointer;
  if (newStableIValue)
    allocate = () => {
      newStableIValue(out);
      return out[0]!;
    };
  else {
    const operatorNew = koffi.load('libstdc++.so.6').func('uintptr_t _Znwm(size_t size)');
    allocate = () => BigInt(operatorNew(8) as bigint | number);
  }
  return (value) => {
    const slot = allocate();
    koffi.encode(slot, 'uint64_t', value);
    return slot;
  };
}
