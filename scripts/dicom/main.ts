/**
 * Holds every file among pydicom's tests against pydicom: the levels of each frame, and what is refused.
 *
 *   npm run dicom:compare -- [PYTHON]
 *
 * PYTHON has pydicom, numpy and Pillow, and imagecodecs for what these do not decode.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { decode } from '../../src/shared/data/pictures/decoders/index.js';

/** libjpeg rounds JPEGs of 12 bits its own way. */
const MOST_APART = 1;

const indexSchema = z.array(
  z.object({
    path: z.string(),
    name: z.string(),
    has: z.boolean().optional(),
    frames: z.number().optional(),
    raw: z.string().optional(),
    error: z.string().optional(),
  }),
);
type Entry = z.infer<typeof indexSchema>[number];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The largest difference, and how many frames were compared. */
async function apart(entry: Entry, levels: Buffer): Promise<number> {
  let most = 0;
  let at = 0;
  for (let frame = 0; frame < (entry.frames ?? 1); frame++) {
    const { data } = await decode({ decoder: 'dicom', path: entry.path, frame });
    if (at + data.length > levels.length) return Infinity;
    for (const level of data) most = Math.max(most, Math.abs(level - levels[at++]!));
  }
  return at === levels.length ? most : Infinity;
}

async function compare(folder: string): Promise<boolean> {
  const index = indexSchema.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));
  const counts = { equal: 0, near: 0, wrong: 0, refused: 0, none: 0 };
  for (const entry of index) {
    if (entry.has === false) {
      counts.none++;
      continue;
    }
    try {
      if (!entry.raw) {
        await decode({ decoder: 'dicom', path: entry.path });
        print(`${entry.name}: decoded, and pydicom says ${entry.error ?? 'nothing'}`);
        continue;
      }
      const most = await apart(entry, readFileSync(join(folder, entry.raw)));
      if (most === 0) counts.equal++;
      else if (most <= MOST_APART) counts.near++;
      else counts.wrong++;
      if (most > 0) print(`${entry.name}: ${most} levels apart`);
    } catch (error) {
      if (entry.raw) {
        counts.wrong++;
        print(`${entry.name}: ${error instanceof Error ? error.message : String(error)}`);
      } else counts.refused++;
    }
  }
  const { equal, near, wrong, refused, none } = counts;
  print(`${equal} files level for level, ${near} within ${MOST_APART}, ${wrong} otherwise;`);
  print(`${refused} refused on both sides, ${none} without pixels`);
  return wrong === 0 && equal > 0;
}

const [python = 'python3'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'dicom-'));
try {
  const script = new URL('reference.py', import.meta.url).pathname;
  const { status, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' });
  if (status === 0) process.exitCode = (await compare(folder)) ? 0 : 1;
  else print(`skipped: ${python} has no pydicom (${stderr?.trim().split('\n').at(-1) ?? ''})`);
} finally {
  rmSync(folder, { recursive: true });
}
