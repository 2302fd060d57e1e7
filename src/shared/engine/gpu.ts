import { createRequire } from 'node:module';

type Koffi = (typeof import('koffi'))['default'];

/** NVIDIA GPUs that the driver offers; 0 without a driver. */
export function cudaDeviceCount(): number {
  try {
    // Loaded here, for every command knows the engines and few look for them.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const driver = koffi.load(process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1');
    const count = new Int32Array(1);
    const init = driver.func('int cuInit(unsigned int flags)') as (flags: number) => number;
    const getCount = driver.func('int cuDeviceGetCount(void *count)') as (
      count: Int32Array,
    ) => number;
    return init(0) === 0 && getCount(count) === 0 ? count[0]! : 0;
  } catch {
    return 0;
  }
}
