import { encode } from 'fast-png';
import { html, type Markup } from '../page/index.js';
import type { SampleReport } from './model.js';

const MOST = 60;

/** Samples with what the adapted model takes them for; where labels are known, mistakes are marked. */
export function samples(given: SampleReport, classes: string[]): Markup | undefined {
  const [height, width, channels] = given.shape;
  if (!height || !width || given.shape.length !== 3 || (channels !== 1 && channels !== 3)) return;
  const shown = Math.min(MOST, given.predicted.length);
  return html`<div class="samples">
    ${Array.from({ length: shown }, (_, i) => {
      const predicted = given.predicted[i]!;
      const label = given.label?.[i];
      const wrong = label !== undefined && label !== predicted;
      const name = classes[predicted] ?? String(predicted);
      const truth = label === undefined ? '' : (classes[label] ?? String(label));
      return html`<figure${wrong && html` class="wrong"`}><img src="${png(given, i)}" alt="${`predicted ${name}`}"><figcaption>${name}${wrong && html` ✗<br />is ${truth}`}</figcaption></figure>
`;
    })}
  </div>`;
}

/** One sample as a PNG data URI. */
function png({ shape, images }: SampleReport, index: number): string {
  const [height, width, channels] = shape as [number, number, number];
  const size = height * width * channels;
  const data = Uint8Array.from({ length: size }, (_, i) =>
    Math.round(255 * Math.min(1, Math.max(0, images[index * size + i]!))),
  );
  const file = encode({ width, height, channels, depth: 8, data });
  return `data:image/png;base64,${Buffer.from(file).toString('base64')}`;
}
