import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { readBytes, writeFileAtomic } from '../../files.js';
import { withLockSync } from '../../lock.js';

/** SHA-256 of wheels by file name. */
export type Digests = Readonly<Record<string, string>>;

/** Wheels whose operators were tested here. Those of other Pythons hold the same libraries. */
const TESTED: Digests = {
  'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl':
    '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
};

const Recorded = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** SHA-256 of a file of any size, hex. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

/**
 * Refuses a wheel that is another one than was tested, than this machine fetched before under the same
 * name, or than `wanted`. What is new is put on record, so that the next install brings the same bytes.
 *
 * @param folder where engines are kept; its `wheels.json` is the record
 * @returns SHA-256 of the wheel, hex
 * @throws FedshotError `digest`, `io`
 */
export async function assertSameWheel(
  folder: string,
  wheel: string,
  wanted?: string,
): Promise<string> {
  const [name, found] = [basename(wheel), await digestOf(wheel)];
  const file = join(folder, 'wheels.json');
  return withLockSync(join(folder, '.lock'), () => {
    const recorded = existsSync(file) ? parse(file) : {};
    const expected = wanted ?? TESTED[name] ?? recorded[name];
    if (expected !== undefined && expected.toLowerCase() !== found)
      throw new FedshotError('digest', `${name} is not the file that was expected`, {
        hint: `its SHA-256 is ${found}, not ${expected}: ask the index; --sha256 names another that you trust`,
      });
    if (recorded[name] !== found)
      writeFileAtomic(file, `${JSON.stringify({ ...recorded, [name]: found }, null, 2)}\n`);
    return found;
  });
}

function parse(file: string): Digests {
  try {
    return Recorded.parse(JSON.parse(readBytes(file).toString()));
  } catch (error) {
    throw new FedshotError('format', `${file}: not a record of wheels`, {
      hint: 'delete it; what is installed stays',
      cause: error,
    });
  }
}
