import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { writeFileAtomic } from '../../shared/files.js';
import { committedPath, readCommitted } from '../../shared/folders.js';
import { cardAt, type CardLevel } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import {
  bindingOf,
  encodeConfig,
  MODEL_CONFIG,
  MODEL_FILES,
  readModel,
  type Model,
} from '../../shared/model/folder.js';
import { cardLines } from './card-lines.js';

/** A folder to publish, and the SHA-256 of its files by name. */
export interface Publishable {
  modelDir: string;
  expected: ReadonlyMap<string, string>;
}

/**
 * Publishes a model with as much of its card as `level` says: `run` is given a folder that holds
 * the same weights beside a `model.json` with that card, and which is removed afterwards.
 *
 * @param show called with what the card says, before anything is published
 * @throws FedshotError `model` for figures that were measured on other weights, or nobody knows on
 *   which; whatever `readModel` and `run` throw
 */
export async function withCard<T>(
  modelDir: string,
  level: CardLevel,
  show: (line: string) => void,
  run: (folder: Publishable) => Promise<T>,
): Promise<T> {
  const model = readModel(modelDir); // what no site could load is not published
  const config = configAt(modelDir, model, level);
  for (const line of cardLines(config.card)) show(line);
  const text = encodeConfig(config);
  const expected = new Map<string, string>([
    ...Object.entries(config.weights ?? {}).map(
      ([part, digest]) => [`${part}.safetensors`, digest] as const,
    ),
    [MODEL_CONFIG, createHash('sha256').update(text).digest('hex')],
  ]);
  if (readCommitted(modelDir, MODEL_CONFIG).toString() === text) return run({ modelDir, expected });
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-publish-'));
  try {
    for (const name of MODEL_FILES.filter((file) => file !== MODEL_CONFIG))
      symlinkSync(resolve(committedPath(modelDir, name)), join(dir, name));
    writeFileAtomic(join(dir, MODEL_CONFIG), text);
    return await run({ modelDir: dir, expected });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** `model.json` with as much of what was measured as is to be published. */
function configAt(modelDir: string, model: Model, level: CardLevel): ModelConfig {
  const { card, heldOutAccuracy: _accuracy, measuredOn: _on, ...rest } = model.config;
  if (level === 'none') return rest;
  const binding = bindingOf(model);
  const hint = `measure them on these weights: fedshot provider check --model ${modelDir} --data HELD-OUT --write-card; or publish without them: --card none`;
  if (binding === 'other')
    throw new FedshotError(
      'model',
      `${modelDir}: its held-out figures were measured on other weights`,
      { hint },
    );
  if (binding === 'unnamed')
    throw new FedshotError(
      'model',
      `${modelDir}: a model of fedshot 0.1, which did not note the weights that its held-out figures were measured on`,
      { hint },
    );
  const kept = card && cardAt(card, level);
  return kept ? { ...model.config, card: kept } : model.config;
}
