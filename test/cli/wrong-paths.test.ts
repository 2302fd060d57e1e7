import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FedshotError } from '../../src/shared/errors.js';
import { runCommandWith, type Said } from '../fixtures/command.js';
import { everyCommand } from '../fixtures/commands.js';
import { makeProvider, writeModel } from '../fixtures/provider.js';
import { fileDir } from '../fixtures/temp.js';

const dir = fileDir();
const at = (...parts: string[]): string => join(dir, ...parts);
const env = { FEDSHOT_PASSPHRASE: 'test', FEDSHOT_KEYS: at('keys') };

/** Neither is what it is taken for; what is below a file cannot be there at all. */
const WRONG = {
  'a file': at('file'),
  'a folder': at('folder'),
  'below a file': at('file', 'below'),
};

/** What makes the rest of a command line sound, by the option's or argument's name. */
const SOUND: Record<string, string> = {
  '--store': at('store'),
  '--home': at('site'),
  '--trust': at('store', 'trust.json'),
  '--model': at('model'),
  '--name': 'digits',
  '--data': `csv:${at('table.csv')}`,
  '--from': at('store'),
  '--role': 'release',
  '--key': '00',
  '--address': '127.0.0.1:1',
  '--listen': '127.0.0.1:0',
  '--to': '127.0.0.1:1',
  '--out': at('out'),
  '--fingerprint': 'aa'.repeat(32),
  folder: at('new'),
  dir: at('new'),
  name: 'ward-7',
  site: 'ward-7',
  run: 'nightly',
  fingerprint: 'aabbccdd',
  request: at('ward-7.csr'),
  draft: at('draft.json'),
  engine: 'libtorch',
};

const isPath = (metavar: string): boolean =>
  /^(dir|file|folder|request|draft|notation|source)$/.test(metavar);
interface Case {
  name: string;
  words: string[];
}

function cases(): Case[] {
  return (
    everyCommand()
      .filter(({ words, command }) => command.commands.length === 0 && words[0] !== 'engine')
      // It runs for minutes; what it writes at the end is looked at before it begins: options.test.ts.
      .filter(({ words }) => words[0] !== 'simulate')
      .flatMap(({ words, command }) => {
        const options = command.options.map(({ long, flags, mandatory }) => ({
          long: long!,
          mandatory,
          metavar: /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '',
        }));
        const given = command.registeredArguments.map((one) => one.name());
        const rest = (without: string): string[] =>
          options
            .filter(({ long, mandatory }) => long !== without && (mandatory || long === '--out'))
            .flatMap(({ long }) => [long, SOUND[long] ?? `no value for ${long}`]);
        const has = (flag: string): boolean => options.some(({ long }) => long === flag);
        const off = [
          ...(has('--isolate') ? ['--isolate', 'off'] : []),
          ...(has('--engine') ? ['--engine', 'wasm'] : []),
        ];
        const places = [
          ...options
            .filter(({ metavar }) => isPath(metavar))
            .map(({ long, metavar }) => ({
              what: long,
              metavar,
              make: (wrong: string) => [
                ...words,
                ...given.map((name) => SOUND[name]!),
                ...rest(long),
                long,
                wrong,
                ...off,
              ],
            })),
          ...given.filter(isPath).map((what) => ({
            what,
            metavar: what,
            make: (wrong: string) => [
              ...words,
              ...given.map((name) => (name === what ? wrong : SOUND[name]!)),
              ...rest(''),
              ...off,
            ],
          })),
        ];
        return places.flatMap(({ what, metavar, make }) =>
          Object.entries(WRONG).flatMap(([kind, wrong]) =>
            (metavar === 'notation' ? ['csv:', 'hdf5:'] : ['']).map((reader) => ({
              name: `${words.join(' ')}, ${what}: ${reader}${kind}`,
              words: make(`${reader}${wrong}`),
            })),
          ),
        );
      })
  );
}

beforeAll(async () => {
  mkdirSync(at('folder', 'within'), { recursive: true });
  for (const name of ['file', 'ward-7.csr', 'draft.json'])
    writeFileSync(at(name), 'not what it should be');
  writeFileSync(at('table.csv'), `a,b,y\n${'1,2,p\n2,1,q\n'.repeat(20)}`);
  const provider = await makeProvider(dir);
  provider.home('site');
  writeModel(at('model'), { F: 400, B: 40, C: 20 });
});

describe('a file for a folder, a folder for a file', () => {
  /** A command that does not mind is stopped as Ctrl-C does. */
  const ran = async (words: string[]): Promise<Said> => {
    const stop = new AbortController();
    const reason = new FedshotError('interrupted', 'stopped');
    const timer = setTimeout(() => stop.abort(reason), 300);
    try {
      return await runCommandWith({ env, signal: stop.signal }, ...words);
    } finally {
      clearTimeout(timer);
    }
  };

  it.each(cases())('$name', async ({ words }) => {
    const { code, err } = await ran(words);
    expect(code, `${words.join(' ')}\n${err}`).not.toBe(1);
    expect(err).not.toMatch(/ENOTDIR|EISDIR|ENOENT|undefined|defect in fedshot/);
  });
});
