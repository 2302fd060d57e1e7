import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../shared/files.js';
import { cardAt, type Card, type CardLevel } from '../shared/model/card/index.js';
import { MODEL_FILES, readModel } from '../shared/model/folder.js';

const CONFIG = 'model.json';

/**
 * Publishes a model with as much of its card as `level` says: `run` is given a folder that holds
 * the same weights beside a `model.json` with that card, and which is removed afterwards.
 *
 * @param show is told what the card says, before anything is published
 * @throws whatever `readModel` and `run` throw
 */
export async function withCard<T>(
  modelDir: string,
  level: CardLevel,
  show: (line: string) => void,
  run: (dir: string) => Promise<T>,
): Promise<T> {
  const { config } = readModel(modelDir); // what no site could load is not published
  const card = config.card && cardAt(config.card, level);
  for (const line of cardLines(card)) show(line);
  if (card === config.card) return run(modelDir);
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-publish-'));
  try {
    for (const name of MODEL_FILES.filter((file) => file !== CONFIG))
      symlinkSync(resolve(modelDir, name), join(dir, name));
    const { card: _, ...rest } = config;
    const kept = card ? { ...rest, card } : rest;
    writeFileAtomic(join(dir, CONFIG), `${JSON.stringify(kept, null, 2)}\n`);
    return await run(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What a card gives away of the provider's data, in words. */
export function cardLines(card: Card | undefined): string[] {
  if (!card) return ['card: none; sites cannot tell well whether adapting does harm'];
  const { samples, minimumCount, prior, input, confusion, features } = card;
  const described = features?.mean.filter((row) => row).length ?? 0;
  return [
    `card, from ${samples} held-out samples:`,
    `  shares of the ${prior.length} classes: ${prior.slice(0, 20).join(', ')}${prior.length > 20 ? ', …' : ''}`,
    `  inputs: mean ${input.mean}, deviation ${input.deviation}${input.histogram ? `, histogram of ${input.histogram.length} grey levels, smoothness` : ''}`,
    `  confidence: temperature ${card.temperature}, histogram, threshold ${card.confidenceThreshold}`,
    confusion
      ? `  per class of at least ${minimumCount} samples: shares of the answers, mean and variance of ${features?.mean.find((row) => row)?.length ?? 0} features (${described} classes)`
      : '  nothing on single classes',
  ];
}
