import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { engineSettings } from '../adaptation/run-method.js';
import type { Prepared } from '../adaptation/prepare.js';
import { sampleSheet } from '../adaptation/sample-sheet.js';
import { settingsOf } from '../adaptation/settings.js';
import type { Adapted, AdaptResult, Use } from '../adaptation/types.js';
import type { Outlook } from '../diagnostics/index.js';
import { argMaxRows } from '../diagnostics/linear.js';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { parseSafetensors } from '../../shared/format/safetensors.js';
import {
  decodeState,
  encodeState,
  type HostTensor,
  type StateDict,
} from '../../shared/model/state.js';

/**
 * What a candidate of `auto` that has finished leaves in the folder of the run: its weights, its answers
 * and what the battery saw through it. An interrupted `auto` goes on with the candidate after it.
 */
export class FinishedFile {
  readonly #path: string;
  readonly #settings: string;

  /** @param work the candidate's own folder */
  constructor(
    readonly work: string,
    private readonly prepared: Prepared,
    method: string,
  ) {
    const { options, release, engine } = prepared;
    this.#path = join(work, '.finished.safetensors');
    const settings = { ...settingsOf({ ...options, method }, release), ...engineSettings(engine) };
    this.#settings = JSON.stringify(settings);
  }

  exists(): boolean {
    return existsSync(this.#path);
  }

  /** Keeps a candidate, and removes the checkpoint that it is no longer resumed from. */
  save({ result, use, tried, answers, observations }: Adapted): void {
    const K = result.classes.length;
    const { adapted, moved } = observations;
    const tensors: StateDict = new Map([
      ...[...tried].map(([name, tensor]): [string, HostTensor] => [`tried/${name}`, tensor]),
      ['answers', rows(answers, answers.length / K)],
      ...outlookTensors('adapted', adapted, K),
      ...outlookTensors('moved', moved.adapted, K),
    ]);
    const metadata = {
      settings: this.#settings,
      result: JSON.stringify(result),
      use: JSON.stringify(use),
      ...(observations.informed !== undefined && { informed: String(observations.informed) }),
    };
    writeFileAtomic(this.#path, encodeState(tensors, metadata));
    rmSync(join(this.work, '.checkpoint.safetensors'), { force: true });
  }

  /** @throws FedshotError `usage` if other settings or another engine made it, `format` if it is damaged */
  async load(): Promise<Adapted> {
    const bytes = readBytes(this.#path);
    const { metadata } = parseSafetensors(bytes, { file: this.#path });
    if (metadata.settings !== this.#settings)
      throw new FedshotError('usage', `${this.#path} was made with other settings`, {
        hint: 'resume with the same options and engine, or start anew without --resume',
      });
    const tensors = decodeState(bytes, this.#path);
    const result = JSON.parse(metadata.result ?? 'null') as AdaptResult;
    const { model, host, observer } = this.prepared;
    const tried = stripped(tensors, 'tried/');
    const answers = floats(tensors, 'answers');
    const { before } = observer;
    const adapted = outlookOf(tensors, 'adapted');
    const moved = outlookOf(tensors, 'moved');
    const guesses = argMaxRows(answers, result.classes.length);
    return {
      result,
      use: JSON.parse(metadata.use ?? 'null') as Use,
      tried,
      state: result.battery.kept === 'adapted' ? tried : model.state,
      samples: await sampleSheet(this.prepared, guesses),
      answers,
      labels: host.labels,
      observations: {
        ...before,
        ...(metadata.informed !== undefined && { informed: metadata.informed === 'true' }),
        ...(adapted && { adapted }),
        ...(moved && { moved: { ...before.moved, adapted: moved } }),
      },
    };
  }
}

const rows = (data: Float32Array, n: number): HostTensor => ({ shape: [n, data.length / n], data });

const outlookTensors = (
  name: string,
  outlook: Outlook | undefined,
  K: number,
): [string, HostTensor][] => {
  if (!outlook) return [];
  const n = outlook.p.length / K;
  return [
    [`${name}/p`, rows(outlook.p, n)],
    [`${name}/features`, rows(outlook.features, n)],
  ];
};

const floats = (tensors: StateDict, name: string): Float32Array =>
  (tensors.get(name)?.data ?? new Float32Array()) as Float32Array;

const outlookOf = (tensors: StateDict, name: string): Outlook | undefined =>
  tensors.has(`${name}/p`)
    ? { p: floats(tensors, `${name}/p`), features: floats(tensors, `${name}/features`) }
    : undefined;

const stripped = (tensors: StateDict, prefix: string): StateDict =>
  new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
