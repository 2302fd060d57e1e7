/**
 * Draws the contact sheet of the embedded digits, one row per domain and two samples per class:
 *
 *   npx tsx scripts/digits-sheet.ts [docs/img/digits.svg]
 */
import { encode } from 'fast-png';
import { DIGIT_DOMAINS, digits } from '../src/examples/digits/index.js';
import { loadDataset, readers } from '../src/shared/data/index.js';
import { writeFileAtomic } from '../src/shared/files.js';

const PER_CLASS = 2;
const SIDE = 28;
const GAP = 2;
const CELL = SIDE + GAP;
const MARGIN = 84;
const COLUMNS = 10 * PER_CLASS;

readers.add(digits);
const rows = await Promise.all(
  DIGIT_DOMAINS.map(async (domain, row) => {
    const png = Buffer.from(await sheet(domain)).toString('base64');
    const y = GAP + row * CELL;
    return (
      `<text x="${MARGIN - 8}" y="${y + 18}" text-anchor="end">${domain}</text>` +
      `<image x="${MARGIN}" y="${y}" width="${COLUMNS * CELL}" height="${SIDE}" href="data:image/png;base64,${png}"/>`
    );
  }),
);
const [width, height] = [MARGIN + COLUMNS * CELL, GAP + rows.length * CELL];
writeFileAtomic(
  process.argv[2] ?? 'docs/img/digits.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>` +
    `${rows.join('\n')}</svg>\n`,
);

/** A PNG of one row of samples, ordered by class. */
async function sheet(domain: string): Promise<Uint8Array> {
  const { x, labels, shape, count } = await loadDataset(`digits:${domain}?n=${COLUMNS}`);
  const channels = shape[0]!;
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => labels![a]! - labels![b]!,
  );
  const width = COLUMNS * CELL;
  const data = new Uint8Array(width * SIDE * 3).fill(255);
  order.forEach((sample, column) => {
    for (let p = 0; p < SIDE * SIDE; p++)
      for (let c = 0; c < 3; c++) {
        const grey = x[(sample * channels + (c % channels)) * SIDE * SIDE + p]!;
        const at = Math.floor(p / SIDE) * width + column * CELL + (p % SIDE);
        data[at * 3 + c] = Math.round(255 * grey);
      }
  });
  return encode({ width, height: SIDE, data, channels: 3, depth: 8 });
}
