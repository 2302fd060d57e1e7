/** A C++ object that LibTorch lent us, as an address. */
export type Pointer = bigint;
/** Where a C function writes its result. */
export type Out = BigUint64Array;

/** The functions of LibTorch's stable C ABI that are used here; every `int` is an error code. */
export interface CApi {
  abiVersion(): bigint | number;
  /** Runs an ATen operator; see `Dispatcher` for what the stack holds. */
  callDispatcher(op: Buffer, overload: Buffer, stack: Out, abiVersion: bigint): number;
  /** What the last failing call said (PyTorch ≥ 2.13), else undefined. */
  lastError?: () => string;
  newHandle(handle: Pointer, out: Out): number;
  deleteHandle(handle: Pointer): number;
  newList(size: number, out: Out): number;
  pushBack(list: Pointer, slot: bigint): number;
  newString(text: string, length: number, out: Out): number;
  /** A slot on the C++ heap, which the callee frees. */
  newSlot(value: bigint): Pointer;
  emptyStrided(
    ndim: number,
    sizes: BigInt64Array,
    strides: BigInt64Array,
    dtype: number,
    deviceType: number,
    deviceIndex: number,
    out: Out,
  ): number;
  copy(target: Pointer, source: Pointer, nonBlocking: number): number;
  dataPointer(handle: Pointer, out: Out): number;
  dim(handle: Pointer, out: Out): number;
  sizes(handle: Pointer, out: Out): number;
  dtypeOf(handle: Pointer, out: Out): number;
  setGradMode(on: boolean): void;
  /** Operators with a `Scalar` argument, which cannot be dispatched. */
  addTensor(a: Pointer, b: Pointer, alpha: number, out: Out): number;
  addScalar(a: Pointer, b: number, alpha: number, out: Out): number;
  mulScalar(a: Pointer, b: number, out: Out): number;
  powScalar(a: Pointer, exponent: number, out: Out): number;
  fill(a: Pointer, value: number): number;
  pad(
    a: Pointer,
    pads: BigInt64Array,
    count: number,
    mode: string,
    value: Float64Array | null,
    out: Out,
  ): number;
  dtypes: { float32: number; float64: number; int32: number; bool: number };
  memoryFormats: { contiguous: number; channelsLast: number };
  deviceType: number;
  /** OpenMP's number of threads, which goes for all of the process. */
  threads?: () => number;
  setThreads?: (threads: number) => void;
  /** On CUDA, where its runtime can be reached. */
  cuda?: CudaApi;
}

/** LibTorch's streams and the part of CUDA's runtime that records them; every `int` is an error code. */
export interface CudaApi {
  currentStream(device: number, out: Out): number;
  streamFromPool(highPriority: boolean, device: number, out: Out): number;
  setStream(stream: Pointer, device: number): number;
  synchronize(stream: Pointer, device: number): number;
  beginCapture(stream: Pointer, mode: number): number;
  endCapture(stream: Pointer, out: Out): number;
  instantiate(out: Out, graph: Pointer, flags: bigint): number;
  launch(graph: Pointer, stream: Pointer): number;
  destroyGraph(graph: Pointer): number;
  destroyExecutable(graph: Pointer): number;
  /** Takes back the last error, which would otherwise be reported by whatever is called next. */
  lastError(): number;
  errorName(code: number): string;
  memory(free: Out, total: Out): number;
}
