import type { Card } from '../../shared/model/card/index.js';

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
