import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';

/**
 * Remembers which folder this is.
 *
 * @returns says what has become of it since, or undefined while it is there
 * @throws the operating system's error when there is none
 */
export function watchFolder(dir: string): () => string | undefined {
  const was = statSync(dir, { bigint: true });
  return () => {
    try {
      const now = statSync(dir, { bigint: true });
      if (now.nlink === 0n) return `${dir} was removed`; // and still seen where it is mounted
      const same = now.ino === was.ino && now.dev === was.dev;
      return same ? undefined : `${dir} is not the folder any more that it was`;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? `${dir} is gone` : undefined; // that may pass
    }
  };
}

/**
 * Checks whether store and log are still where they were: without them there is nothing to serve.
 *
 * @param onGone called once two looks in a row found it gone: what is replaced may be away for a moment
 * @returns looks once
 */
export function whatVanishes(
  store: string,
  log: string | undefined,
  onGone: (error: FedshotError) => void,
): () => void {
  const roots = join(store, 'metadata', 'root');
  const looks = [store, log ?? []].flat().map(watchFolder);
  looks.push(() => (existsSync(roots) ? undefined : `${roots} is gone`));
  let before: string | undefined;
  return () => {
    const [what] = looks.flatMap((look) => look() ?? []);
    if (what !== undefined && what === before)
      onGone(
        new FedshotError('io', `${what}: the server cannot go on`, {
          hint: 'put it back where it was, or mount it, then start the server again',
        }),
      );
    before = what;
  };
}
