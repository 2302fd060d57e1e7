import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The API's operations: each wraps the function of that name in a room below. */
const OPERATIONS = ['audit', 'diagnose', 'predict', 'pull', 'serve', 'simulate', 'train'].concat([
  'updateTrust',
  'initProvider',
  'exportStore',
  'siteEvidence',
  'providerEvidence',
]);

/** Groups of the API's functions: their members are read with the group's name, `keys.show`. */
const GROUPS = /^src\/api\/(?:\w+\/)+(?:index|trust)\.ts$/;

/** Names that stand for more than one thing all the same, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  register: 'each file of a command exports one; the command line asks for it by this name',
  // Still to be told apart.
  Step: 'of the engine, of the sandbox and of training',
  run: 'of the engine and of the command line',
  some: 'of the engine and of csv',
  together: 'of the engine and of the battery',
  Finding: 'of engines and of the battery',
  Recorder: 'of the engine and of the audit',
  Progress: 'of training and of adapting',
  trainEpochs: 'of training and of adapting',
  Takes: 'of readers and of networks',
  Task: 'of networks and of the reporter',
  parseOptions: 'of operations and of methods',
  list: 'of options and of readers',
};

const DECLARED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:interface|type|class|enum|const|let|function\*?) (\w+)/gm;
const RENAMED = /\bas (\w+)/g;

/** Names that a file gives a meaning: what it declares, and what it exports under another name. */
function namesOf(text: string): Set<string> {
  const exported = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, list]) => list);
  const found = [
    text.matchAll(DECLARED),
    ...exported.map((list) => (list ?? '').matchAll(RENAMED)),
  ];
  return new Set(found.flatMap((matches) => [...matches].flatMap(([, name]) => name ?? [])));
}

/** Names with a meaning in more than one file, with the files. A type and a value of one file are one thing. */
function clashes(files: readonly (readonly [path: string, text: string])[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [path, text] of files)
    for (const name of namesOf(text)) all.set(name, [...(all.get(name) ?? []), path]);
  return new Map([...all].filter(([, paths]) => paths.length > 1));
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.ts'))
  .filter((path) => !path.includes('/generated/')) // named by proto/, one message each
  .filter((path) => !GROUPS.test(path))
  .map((path) => [path, readFileSync(path, 'utf8')] as const);

describe('exported names', () => {
  it('have one meaning each', () => {
    expect(sources.length).toBeGreaterThan(300);
    const unexplained = [...clashes(sources)].filter(
      ([name]) => !(name in ALLOWED) && !OPERATIONS.includes(name),
    );
    expect(Object.fromEntries(unexplained)).toEqual({});
  });

  it.each([
    ['export interface Run {', 'export type Run = string;'],
    ['export async function run() {}', "export { start as run } from './a.js';"],
    ['export abstract class Run {}', 'export const Run = 1;'],
  ])('two meanings are found: %s and %s', (a, b) => {
    const found = clashes([
      ['a.ts', a],
      ['b.ts', b],
    ]);
    expect([...found.values()]).toEqual([['a.ts', 'b.ts']]);
  });

  it.each([
    ["export { run } from './b.js';", 'export const run = 1;'],
    ['const run = 1;', 'export const run = 2;'],
  ])('one meaning is none: %s and %s', (a, b) => {
    expect(
      clashes([
        ['a.ts', a],
        ['b.ts', b],
      ]),
    ).toEqual(new Map());
  });
});
