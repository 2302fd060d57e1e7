import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { witnessed, type Repeater } from '../repeat.js';
import type { LibtorchBackend } from './backend.js';
import type { Pointer } from './ffi/abi.js';
import { Recording } from './ffi/recording.js';
import { libtorchBackend } from './layers/gradient.js';

/** A computation is replayed once two recordings in a row agree; after so many calls, never. */
const PATIENCE = 6;

interface Computation {
  calls: number;
  last?: Recording;
  /** What the outputs are, when `last` may be replayed. */
  outputs?: { shape: number[]; dtype: 'float32' | 'int32' | 'bool' }[];
}

/** Replays what it has recorded of LibTorch's calls, for each combination of the inputs' shapes. */
export class TorchRepeater implements Repeater {
  private readonly computations = new Map<string, Computation>();

  /** @param constants tensors and variables that `compute` may use beside its inputs */
  constructor(private readonly constants: () => Tensor[]) {}

  run(inputs: Tensor[], compute: () => Tensor[]): Tensor[] {
    const backend = libtorchBackend();
    const key = inputs.map(({ dtype, shape }) => `${dtype} ${shape.join()}`).join();
    const computation = this.computations.get(key) ?? { calls: 0 };
    this.computations.set(key, computation);
    const handles = (tensors: Tensor[]): Pointer[] => tensors.map((t) => backend.data(t).handle);
    const declared = [...handles(this.constants()), backend.zero()];
    const { last, outputs } = computation;
    if (last && outputs && declared.every((handle, i) => handle === last.declared[i]))
      return last.replay(handles(inputs)).map((handle, i) => {
        const { shape, dtype } = outputs[i]!;
        return backend.adopt(handle, shape, dtype);
      });
    if (outputs) computation.calls = 0;
    computation.outputs = undefined;
    // Variables get memory of their own in the first step: what is recorded there never comes again.
    if (computation.calls++ === 0 || computation.calls > PATIENCE) return compute();
    const recording = new Recording(backend.torch, handles(inputs), declared);
    const results = this.record(backend, recording, compute);
    recording.finish(handles(results));
    if (recording.refused) computation.calls = PATIENCE;
    else if (last && recording.equals(last))
      computation.outputs = results.map((t) => ({ shape: t.shape, dtype: t.dtype as 'float32' }));
    last?.dispose();
    computation.last = recording;
    return results;
  }

  dispose(): void {
    for (const { last } of this.computations.values()) last?.dispose();
    this.computations.clear();
  }

  private record(
    backend: LibtorchBackend,
    recording: Recording,
    compute: () => Tensor[],
  ): Tensor[] {
    const { torch } = backend;
    const host = (make: () => Float32Array, shape: number[]): Tensor =>
      torch.unrecorded(() => {
        const upload = (): Pointer =>
          torch.scope(() => torch.take(backend.upload(make(), shape, 'float32')));
        const handle = upload();
        recording.host(handle, String(shape), upload);
        return backend.adopt(handle, shape, 'float32');
      });
    torch.recording = recording;
    try {
      return witnessed({ host, eachTime: (effect) => recording.effect(effect) }, () =>
        engine().tidy(compute),
      );
    } catch (error) {
      torch.recording = undefined;
      recording.dispose();
      throw error;
    } finally {
      torch.recording = undefined;
    }
  }
}
