import type { LoadedSamples } from '../../shared/data/index.js';
import type { Ops } from '../../shared/engine/index.js';
import { openSamples, takesPictures } from '../../shared/model/open-samples.js';
import type { Samples } from '../../shared/model/samples.js';
import type { InputSpec } from '../../shared/preprocessing/input.js';
import {
  pictureOptions,
  type PictureReading,
} from '../../shared/preprocessing/pictures/picture-options.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import type { TrainSettings } from './options.js';
import type { SourceData } from './source-data.js';

/** Samples that are ready for a model, with their labels. */
export interface OpenedSamples {
  samples: Samples;
  labels: Int32Array;
  dispose(): void;
}

/** What is trained on and what is held out; whoever asks disposes it. */
export interface OpenedSource {
  train: OpenedSamples;
  heldOut: OpenedSamples;
  dispose(): void;
}

/**
 * Makes the samples of a source ready. Pictures are all read once before, so that what cannot be read
 * is named and left out, or refused with `strict`, before anything is learnt.
 *
 * @throws FedshotError `data`
 */
export async function openSourceData(
  { train, heldOut, input }: SourceData,
  settings: TrainSettings,
  ops: Ops,
): Promise<OpenedSource> {
  const parts: OpenedSamples[] = [];
  const dispose = (): void => {
    for (const part of parts) part.dispose();
  };
  try {
    for (const { loaded } of [train, heldOut])
      parts.push(await openLabelled(loaded, input, ops, settings));
    const [first, second] = parts as [OpenedSamples, OpenedSamples];
    return { train: first, heldOut: second, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Makes labelled samples ready, those of them that can be read. */
export async function openLabelled(
  loaded: LoadedSamples,
  input: InputSpec,
  ops: Ops,
  reading: PictureReading,
): Promise<OpenedSamples> {
  const { reporter = silent } = reading;
  const options = pictureOptions(reading);
  const { samples, from } = await openSamples(loaded, input, ops, {}, options);
  const labels = from.labels ?? new Int32Array(0);
  const dispose = (): void => samples.dispose();
  if (!takesPictures(input)) return { samples, labels, dispose };
  try {
    const kept = await readable(samples, reporter);
    if (kept.length === samples.count) return { samples, labels, dispose };
    return { samples: samples.only(kept), labels: kept.map((i) => labels[i] ?? 0), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The numbers of the pictures that can be read. */
async function readable(samples: Samples, reporter: Reporter): Promise<Int32Array> {
  const task = reporter.task('read', samples.count, 'pictures');
  const kept: number[] = [];
  for await (const look of samples.look()) {
    look.x.dispose();
    kept.push(...look.kept);
    task.advance(look.kept.length);
  }
  task.done();
  return Int32Array.from(kept);
}
