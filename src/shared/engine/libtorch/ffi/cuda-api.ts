import type { CudaApi } from './abi.js';

/** `undefined` where the runtime's functions cannot be found behind LibTorch's. */
export function bindCuda(bind: (prototype: string) => unknown): CudaApi | undefined {
  try {
    return {
      currentStream: bind('int aoti_torch_get_current_cuda_stream(int32_t device, void *out)'),
      streamFromPool: bind(
        'int torch_get_cuda_stream_from_pool(bool high, int32_t device, void *out)',
      ),
      setStream: bind('int torch_set_current_cuda_stream(uintptr_t stream, int32_t device)'),
      synchronize: bind('int torch_cuda_stream_synchronize(uintptr_t stream, int32_t device)'),
      beginCapture: bind('int cudaStreamBeginCapture(uintptr_t stream, int mode)'),
      endCapture: bind('int cudaStreamEndCapture(uintptr_t stream, void *out)'),
      instantiate: bind(
        'int cudaGraphInstantiateWithFlags(void *out, uintptr_t graph, uint64_t flags)',
      ),
      launch: bind('int cudaGraphLaunch(uintptr_t graph, uintptr_t stream)'),
      destroyGraph: bind('int cudaGraphDestroy(uintptr_t graph)'),
      destroyExecutable: bind('int cudaGraphExecDestroy(uintptr_t graph)'),
      lastError: bind('int cudaGetLastError()'),
      errorName: bind('const char *cudaGetErrorString(int code)'),
      memory: bind('int cudaMemGetInfo(void *free, void *total)'),
    } as CudaApi;
  } catch {
    return undefined;
  }
}
