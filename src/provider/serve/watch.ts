import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a file or folder looks like from outside; for a folder, all its files. */
function look(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    const self = `${path}:${found.ino}:${found.mtimeNs}:${found.size}`;
    if (!found.isDirectory()) return self;
    return [self, ...readdirSync(path).map((name) => look(join(path, name)))].join('\n');
  } catch {
    return `${path}:absent`;
  }
}

/**
 * Calls `changed` within `everyMs` of a change of any of these files or folders. By looking, because
 * notifications get lost on network file systems and in containers' volumes.
 *
 * @returns stops watching
 */
export function watchPaths(
  paths: readonly string[],
  everyMs: number,
  changed: () => void,
): () => void {
  const lookAll = (): string => paths.map(look).join('\n');
  let seen = lookAll();
  const timer = setInterval(() => {
    const now = lookAll();
    if (now === seen) return;
    seen = now;
    changed();
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
