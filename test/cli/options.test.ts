import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import * as options from '../../src/cli/options.js';

describe.each([
  [
    'positiveInteger',
    options.positiveInteger,
    { '1': 1, '64': 64 },
    ['0', '-1', '1.5', '1e3', '', 'x', '99999999999999999999'],
  ],
  ['nonNegativeInteger', options.nonNegativeInteger, { '0': 0 }, ['-1', '0x10', ' ']],
  ['seed', options.seed, { '0': 0, '4294967295': 4294967295 }, ['4294967296', '-1']],
  ['port', options.port, { '0': 0, '65535': 65535 }, ['65536', 'http']],
  [
    'real',
    options.real,
    { '-0.5': -0.5, '1e-3': 1e-3, '.5': 0.5 },
    ['NaN', 'Infinity', '1,5', '1e999'],
  ],
  ['positiveReal', options.positiveReal, { '0.1': 0.1 }, ['0', '-1']],
  ['nonNegativeReal', options.nonNegativeReal, { '0': 0 }, ['-0.1']],
  ['fraction', options.fraction, { '0': 0, '1': 1, '0.3': 0.3 }, ['1.01', '-0.01']],
  [
    'seconds',
    options.seconds,
    { '45s': 45, '1.5m': 90, '2h': 7200, '30d': 2592000 },
    ['5', 'm', '-5s'],
  ],
] as const)('%s', (_name, parse, accepted, refused) => {
  it.each(Object.entries(accepted))('reads %s', (text, value) => {
    expect(parse(text)).toBe(value);
  });
  it.each(refused)('refuses %j and says what it expects', (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
    expect(() => parse(text)).toThrow(/^Expected a .*\.$/);
  });
});

describe('outputFile', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-options-'));
  writeFileSync(join(dir, 'file'), '');
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['new.html', 'file', 'new/folder/page.html'])('takes %s', (name) => {
    expect(options.outputFile(join(dir, name))).toBe(join(dir, name));
  });
  it.each([
    ['a folder', '.', /this is a folder/],
    ['what would lie below a file', 'file/page.html', /file is not a folder/],
    ['what would lie far below a file', 'file/a/b/page.html', /file is not a folder/],
  ])('refuses %s before any work is done', (_what, name, says) => {
    expect(() => options.outputFile(join(dir, name))).toThrow(InvalidArgumentError);
    expect(() => options.outputFile(join(dir, name))).toThrow(says);
  });
});

describe('list', () => {
  it('splits at commas and refuses empty parts', () => {
    expect(options.list('thin, slanted')).toEqual(['thin', 'slanted']);
    expect(() => options.list('thin,,noisy')).toThrow(InvalidArgumentError);
  });
});
