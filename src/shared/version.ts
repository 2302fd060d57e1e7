import { readFileSync } from 'node:fs';

const packageJson = new URL('../../package.json', import.meta.url);

/** Version of fedshot, as its package says. */
export function version(): string {
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
}
