import { engine, KernelBackend } from '@tensorflow/tfjs-core';
import type { BackendValues, DataId, DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import koffi from 'koffi';
import { FedshotError } from '../../errors.js';
import type { Device } from '../types.js';
import type { Dispatcher } from './ffi/dispatcher.js';
import type { Pointer } from './ffi/abi.js';

export type TorchDtype = 'float32' | 'int32' | 'bool';
type Values = Float32Array | Int32Array | Uint8Array;

const BYTES: Record<TorchDtype, number> = { float32: 4, int32: 4, bool: 1 };

/** What a tensor of tfjs-core is here; it serves as its own data id. */
export class TensorData {
  refCount = 1;
  /** Further handles that live as long as this tensor: what its gradient will need. */
  aux: Pointer[] = [];
  /** Made by `owned`: contiguous memory that was never shared. */
  private = false;

  constructor(
    readonly handle: Pointer,
    readonly shape: number[],
    readonly dtype: TorchDtype,
    /** How many tensors share the memory (views do). */
    readonly memory: { users: number },
    /** The backend that made it. */
    readonly owner: LibtorchBackend,
  ) {}
}

export interface TorchInfo extends TensorInfo {
  dataId: DataId;
  shape: number[];
  dtype: TorchDtype;
}

/**
 * tfjs-core's backend on LibTorch: it keeps the tensors. Kernels register themselves from
 * `kernels/` and `layers/`.
 */
export class LibtorchBackend extends KernelBackend {
  private count = 0;
  private zeroHandle: Pointer | undefined;

  constructor(
    readonly torch: Dispatcher,
    readonly device: Device,
    /** Images lie channels last, which is faster on a CPU and slower with CUDA. */
    readonly channelsLast = device === 'cpu',
  ) {
    super();
  }

  /** The tensor behind a tfjs-core tensor. */
  data(info: { dataId: DataId }): TensorData {
    if (!(info.dataId instanceof TensorData) || info.dataId.owner !== this)
      throw new FedshotError('engine', 'a tensor of another engine was given to libtorch');
    return info.dataId;
  }

  /**
   * Gives a result of LibTorch to tfjs-core, as `dtype` (converted if it is not).
   *
   * @param viewed the tensor whose memory the result may share
   */
  give(handle: Pointer, dtype: TorchDtype = 'float32', viewed?: TensorData): TorchInfo {
    const { torch } = this;
    const wanted = torch.api.dtypes[dtype];
    let result = handle;
    if (Number(torch.query((out) => torch.api.dtypeOf(handle, out))) !== wanted)
      result = torch.call('aten::to.dtype', handle, wanted, false, false, null);
    const shape = torch.sizes(result);
    const memory = viewed?.memory ?? { users: 0 };
    memory.users++;
    const data = new TensorData(torch.take(result), shape, dtype, memory, this);
    this.count++;
    return { dataId: data, shape, dtype };
  }

  /** A tensor of tfjs-core around a handle that nothing else holds. */
  adopt(handle: Pointer, shape: number[], dtype: TorchDtype): Tensor {
    this.count++;
    const dataId = new TensorData(handle, shape, dtype, { users: 1 }, this);
    return engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
  }

  /** A float32 zero without dimensions, which lives as long as the backend. */
  zero(): Pointer {
    this.zeroHandle ??= this.torch.unrecorded(() =>
      this.torch.scope(() => this.torch.take(this.upload(new Float32Array(1), [], 'float32'))),
    );
    return this.zeroHandle;
  }

  /** A new tensor on the device that holds `values`. */
  upload(values: Values | null, shape: number[], dtype: TorchDtype): Pointer {
    const { recording } = this.torch;
    if (!values || !recording) return this.place(values, shape, dtype);
    const handle = this.torch.unrecorded(() => this.place(values, shape, dtype));
    recording.constant(handle, bytesOf(values));
    return handle;
  }

  private place(values: Values | null, shape: number[], dtype: TorchDtype): Pointer {
    const size = shape.reduce((a, b) => a * b, 1);
    if (values && values.length !== size)
      throw new FedshotError('internal', `${values.length} values for a tensor of ${size}`);
    const host = this.empty(shape, dtype, 0);
    if (values && values.length > 0) this.bytes(host, values.byteLength).set(bytesOf(values));
    if (this.device === 'cpu') return host;
    const { torch } = this;
    const there = this.empty(shape, dtype, torch.api.deviceType);
    torch.check(torch.api.copy(there, host, 0), 'copy to the device');
    return there;
  }

  private empty(shape: number[], dtype: TorchDtype, deviceType: number): Pointer {
    const { torch } = this;
    const sizes = BigInt64Array.from(shape, BigInt);
    const strides = new BigInt64Array(shape.length);
    let stride = 1n;
    for (let i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= sizes[i]! > 0n ? sizes[i]! : 1n;
    }
    const type = torch.api.dtypes[dtype];
    return torch.direct(`empty ${shape.join()} ${dtype}`, (out) =>
      torch.api.emptyStrided(shape.length, sizes, strides, type, deviceType, 0, out),
    );
  }

  private bytes(handle: Pointer, length: number): Uint8Array {
    const { torch } = this;
    const at = torch.query((out) => torch.api.dataPointer(handle, out));
    return new Uint8Array(koffi.view(at, length));
  }

  override write(values: BackendValues | null, shape: number[], dtype: DataType): DataId {
    const type = supported(dtype);
    const typed = values && asTyped(values as Values, type);
    return this.torch.scope(() => this.give(this.upload(typed, shape, type), type)).dataId;
  }

  override readSync(dataId: DataId): Values {
    const { torch } = this;
    torch.recording?.refuse('it reads values');
    const { handle, shape, dtype } = this.data({ dataId });
    const size = shape.reduce((a, b) => a * b, 1);
    const bytes = new Uint8Array(size * BYTES[dtype]);
    torch.scope(() => {
      let host = torch.call('aten::contiguous', handle, 0);
      if (this.device !== 'cpu') {
        const copy = this.empty(shape, dtype, 0);
        torch.check(torch.api.copy(copy, host, 0), 'copy from the device');
        host = copy;
      }
      if (size > 0) bytes.set(this.bytes(host, bytes.length));
    });
    if (dtype === 'bool') return bytes;
    return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
  }

  override read(dataId: DataId): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.data({ dataId });
    if (data.refCount <= 0) return true;
    data.refCount--;
    if (!force && data.refCount > 0) return false;
    data.refCount = 0;
    data.memory.users--;
    this.count--;
    this.torch.free(data.handle);
    for (const handle of data.aux.splice(0)) this.torch.free(handle);
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.data({ dataId }).refCount;
  }

  override incRef(dataId: DataId): void {
    this.data({ dataId }).refCount++;
  }

  override numDataIds(): number {
    return this.count;
  }

  override move(): never {
    throw new FedshotError('engine', 'a tensor cannot move to libtorch from another engine');
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    f();
    return Promise.resolve({ kernelMs: performance.now() - start });
  }

  override dispose(): void {
    // Every tensor frees its own handle; the libraries stay loaded until the process ends.
    if (this.zeroHandle !== undefined) this.torch.free(this.zeroHandle);
    this.zeroHandle = undefined;
  }
}

/** @throws FedshotError `engine` for complex numbers and strings */
export function supported(dtype: DataType): TorchDtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new FedshotError('engine', `libtorch: tensors of dtype ${dtype} are not supported`, {
    hint: 'use float32, int32 or bool',
  });
}

function asTyped(values: Values | number[], dtype: TorchDtype): Values {
  if (dtype === 'float32')
    return values instanceof Float32Array ? values : new Float32Array(values);
  if (dtype === 'int32') return values instanceof Int32Array ? values : new Int32Array(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values, (v) => (v ? 1 : 0));
}

const bytesOf = (values: Values): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
