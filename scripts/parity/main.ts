import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startEngine, type EngineName } from '../../src/shared/engine/index.js';
import { parityCase, TOLERANCE } from './case.js';

/** `npm run parity -- DIR [--engine NAME] [--device DEVICE]`: every case of DIR, non-zero on a miss. */
const option = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const dir = process.argv[2];
if (!dir || dir.startsWith('--')) {
  console.error('usage: npm run parity -- DIR [--engine NAME] [--device cpu|cuda]');
  process.exit(2);
}
const engine = await startEngine({
  engine: option('engine') as EngineName | undefined,
  device: option('device') as 'cpu' | 'cuda' | undefined,
});
const cases = readdirSync(dir).filter((name) => name.endsWith('.json'));
if (cases.length === 0) {
  console.error(`no parity case (*.json) in ${dir}`);
  process.exit(7);
}
let missed = false;
for (const name of cases) {
  const found = await parityCase(join(dir, basename(name, '.json')), engine.ops);
  for (const [key, most] of Object.entries(TOLERANCE) as [keyof typeof TOLERANCE, number][]) {
    const ok = found[key] <= most;
    missed ||= !ok;
    console.log(
      `${ok ? 'ok  ' : 'MISS'} ${name} ${engine.name}/${engine.device} ${key}: largest difference ${found[key].toExponential(2)} (allowed ${most})`,
    );
  }
}
process.exit(missed ? 1 : 0);
