import koffi from 'koffi';

/** NVIDIA GPUs that the driver offers; 0 without a driver. */
export function cudaDeviceCount(): number {
  try {
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
