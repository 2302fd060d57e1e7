import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCode, FedshotError, type ErrorCode } from '../src/shared/errors.js';
import { notUnderstood } from './cli/understood.js';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

/** Every `fedshot …` in a document's shell blocks, comments and redirections left out. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  return blocks
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith('fedshot '))
    .map((line) => line.replace(/\s+[#>].*$/, ''));
}

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe('README.md', () => {
  const lines = commandLines(read('README.md'));

  it('has command lines to check', () => {
    expect(lines.length).toBeGreaterThan(8);
  });

  it.each(lines)('%s is understood', (line) => {
    expect(notUnderstood(wordsOf(line).slice(1))).toBeUndefined();
  });

  it('names the test command that .ci/run calls', () => {
    const [setUp, test] = /^(npm ci) && (npm test)$/m.exec(read('README.md'))!.slice(1);
    expect(read('.ci/run')).toMatch(new RegExp(`^${setUp}$[^]*^${test}$`, 'm'));
  });
});

describe('docs/json.md', () => {
  it('lists every exit code as it is', () => {
    const rows = [...read('docs/json.md').matchAll(/^\| (\d+) +\| `([a-z-]+)` +\|/gm)];
    expect(rows.length).toBe(24);
    for (const [, exit, code] of rows)
      expect(exitCode(new FedshotError(code as ErrorCode, '')), code).toBe(Number(exit));
  });
});

describe('links between documents', () => {
  const files = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'THREAT_MODEL.md'];
  const docs = readdirSync(new URL('../docs', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  /** Relative links of a document, as URLs without what follows `#`. */
  const linksOf = (file: string): URL[] =>
    [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
      ([, link = '']) => new URL(link, new URL(`../${file}`, import.meta.url)),
    );

  it.each([...files, ...docs])('those of %s lead to files that are there', (file) => {
    expect(linksOf(file).filter((link) => !existsSync(link))).toEqual([]);
  });

  it('lead from README.md to every document', () => {
    const linked = linksOf('README.md').map(({ pathname }) => pathname);
    expect(docs.filter((file) => !linked.some((path) => path.endsWith(`/${file}`)))).toEqual([]);
  });
});
