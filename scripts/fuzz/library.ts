import { spawnSync } from 'node:child_process';

const SCRIPT = `
import sys, base64
try:
    from safetensors import deserialize
except ImportError:
    sys.exit(42)
for number, line in enumerate(sys.stdin):
    try:
        deserialize(base64.b64decode(line))
    except Exception as error:
        print(number, error)
`;

/**
 * What the format's own library says of files that we accept: we are to be the stricter one.
 *
 * @returns one line per file that it refuses, undefined where there is no such library
 */
export function libraryRefuses(files: readonly Buffer[]): string[] | undefined {
  const python = process.env.FEDSHOT_PYTHON ?? 'python3';
  const input = files.map((bytes) => `${bytes.toString('base64')}\n`).join('');
  const { status, stdout } = spawnSync(python, ['-c', SCRIPT], { input, encoding: 'utf8' });
  if (status !== 0) return undefined;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [number] = line.split(' ');
      return `the library refuses what we accept: ${line} ${files[Number(number)]!.toString('base64')}`;
    });
}
