import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngine } from '../../src/shared/engine/index.js';
import { AS_RECORDED, parityCase, TOLERANCE } from './case.js';

/**
 * `npm run parity -- DIR [--engine NAME] [--device DEVICE] [--as-used]`: every case of DIR, non-zero on a
 * miss. LibTorch computes on a CPU as PyTorch did when the cases were recorded, in its default layout on
 * one thread; with --as-used channels last and on all cores, as everywhere else.
 */
const USAGE = 'usage: npm run parity -- DIR [--engine NAME] [--device cpu|cuda] [--as-used]';
function complain(line: string): never {
  console.error(line);
  process.exit(2);
}
function commandLine() {
  try {
    return parseArgs({
      options: {
        engine: { type: 'string' },
        device: { type: 'string' },
        'as-used': { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return complain(`${(error as Error).message.split('. ')[0]}\n${USAGE}`);
  }
}
const { values, positionals } = commandLine();
const [dir = complain(USAGE), ...more] = positionals;
if (more.length > 0) complain(`one folder only, not ${more[0]} as well\n${USAGE}`);
const { device = 'auto' } = values;
if (device !== 'auto' && device !== 'cpu' && device !== 'cuda')
  complain(`--device: unknown device ${device}\n${USAGE}`);
const engine = await startEngine({
  engine: values.engine,
  device,
  ...(values['as-used'] ? {} : AS_RECORDED),
}).catch((error: unknown) => complain(`${(error as Error).message}\n${USAGE}`));
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
