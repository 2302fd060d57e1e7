import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { writeFileAtomic } from '../shared/files.js';

/** Marks a folder as a simulation's, so that the next one may replace it. */
const MARK = 'simulation.json';

/**
 * Makes an empty folder for a simulation: a new one, or an earlier simulation's.
 * @throws FedshotError `usage` for a folder that holds anything else
 */
export function prepareFolder(out: string, settings: unknown): void {
  const used = existsSync(out) ? readdirSync(out) : [];
  if (used.length > 0 && !used.includes(MARK))
    throw new FedshotError('usage', `--out ${out} holds other files`, {
      hint: 'name a folder that is empty or does not exist yet',
    });
  for (const name of used) rmSync(join(out, name), { recursive: true });
  mkdirSync(out, { recursive: true });
  writeFileAtomic(join(out, MARK), `${JSON.stringify(settings, null, 2)}\n`);
}
