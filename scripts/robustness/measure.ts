import { join } from 'node:path';
import { adaptModel } from '../../src/client/adaptation/adapt.js';
import { loadDataset } from '../../src/shared/data/index.js';
import type { Dataset } from '../../src/shared/data/types.js';
import type { Model } from '../../src/shared/model/folder.js';
import type { ZooCase } from './cases.js';
import { writeDataset, writeEvidence } from './files.js';
import { sample, stream } from './transforms.js';

const data = new Map<string, Dataset>();

/** Writes the samples that a case brings to a site. @returns their notation */
async function site(one: ZooCase, seed: number, n: number, work: string): Promise<string> {
  const base = data.get(one.base) ?? (await loadDataset(one.base));
  data.set(one.base, base);
  const r = stream(one.name, seed);
  const most = sample(Math.min(base.count, 4 * n));
  const made = sample(one.n ?? n)(one.transform(most(base, r), r), r);
  return writeDataset(
    join(work, 'site.safetensors'),
    one.foreign ? { ...made, labels: undefined } : made,
  );
}

export interface Settings {
  seed: number;
  method: string;
  /** Samples at the site, where the case does not say. */
  n: number;
  epochs: number;
  work: string;
  /** As `adapt` has them. */
  prior?: string;
  partial?: boolean;
  /** Lets the battery decide what is kept. */
  obey?: boolean;
}

/** Adapts in one case with the battery overridden, and keeps what the battery looked at. */
export async function measure(
  model: Model,
  one: ZooCase,
  { seed, method, n, epochs, work, prior, partial, obey }: Settings,
  evidenceFile?: string,
) {
  const notation = await site(one, seed, n, work);
  const release = { name: one.source, version: 1, digest: '' };
  const { result, observations, labels } = await adaptModel(model, release, work, {
    data: notation,
    method,
    seed,
    epochs,
    batch: 64,
    lr: 0.01,
    featureLr: 1,
    prior,
    partial,
    beta: 0.1,
    alpha: 1,
    threshold: 0,
    force: !obey,
    resume: false,
  });
  if (evidenceFile) writeEvidence(evidenceFile, observations, labels);
  return {
    n: result.n,
    K: result.classes.length,
    before: result.sourceOnlyAccuracy ?? 0,
    after: result.adaptedAccuracy ?? 0,
    seconds: result.seconds,
    outcome: result.battery.outcome,
    findings: result.battery.findings,
    signals: result.battery.signals,
    ...(result.battery.epoch && { epoch: result.battery.epoch }),
  };
}
