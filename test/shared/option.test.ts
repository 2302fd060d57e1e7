import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as option from '../../src/shared/option.js';

/** What a schema makes of a text on a command line. */
function read(schema: z.ZodType, text: string): unknown {
  const { fromText } = option.traitsOf(schema);
  const parsed = schema.safeParse(fromText ? fromText(text) : text);
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message);
  return parsed.data;
}

describe.each<[string, z.ZodType, Record<string, unknown>, string[]]>([
  [
    'positiveInteger',
    option.positiveInteger(),
    { '1': 1, '64': 64 },
    ['0', '-1', '1.5', '1e3', '', 'x', '99999999999999999999'],
  ],
  ['nonNegativeInteger', option.nonNegativeInteger(), { '0': 0 }, ['-1', '0x10', ' ']],
  ['batchSize', option.batchSize(), { '2': 2 }, ['1', '2.0']],
  ['seed', option.seed(), { '0': 0, '4294967295': 4294967295 }, ['4294967296', '-1']],
  ['port', option.port(), { '0': 0, '65535': 65535 }, ['65536', 'http']],
  [
    'positiveReal',
    option.positiveReal('<n>'),
    { '0.1': 0.1, '1e-3': 1e-3, '.5': 0.5 },
    ['0', '-1', 'NaN', 'Infinity', '1,5', '1e999'],
  ],
  ['nonNegativeReal', option.nonNegativeReal('<n>'), { '0': 0 }, ['-0.1']],
  ['fraction', option.fraction(), { '0': 0, '1': 1, '0.3': 0.3 }, ['1.01', '-0.01']],
  [
    'duration',
    option.duration(),
    { '45s': 45, '1.5m': 90, '2h': 7200, '30d': 2592000 },
    ['5', 'm', '-5s'],
  ],
])('%s', (_name, schema, accepted, refused) => {
  it.each(Object.entries(accepted))('reads %s', (text, value) => {
    expect(read(schema, text)).toBe(value);
  });
  it.each(Object.values(accepted))('takes %s of a program', (value) => {
    expect(schema.parse(value)).toBe(value);
  });
  it.each(refused)('refuses %j and says what it expects', (text) => {
    expect(() => read(schema, text)).toThrow(/^Expected a .*\.$/);
  });
  it.each([NaN, '1', null])('refuses %s of a program', (value) => {
    expect(schema.safeParse(value).error?.issues[0]?.message).toMatch(/^Expected a .*\.$/);
  });
});

describe('outputFile', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-options-'));
  writeFileSync(join(dir, 'file'), '');
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['new.html', 'file', 'new/folder/page.html'])('takes %s', (name) => {
    expect(read(option.outputFile(), join(dir, name))).toBe(join(dir, name));
  });
  it.each([
    ['a folder', '.', /this is a folder/],
    ['what would lie below a file', 'file/page.html', /file is not a folder/],
    ['what would lie far below a file', 'file/a/b/page.html', /file is not a folder/],
  ])('refuses %s before any work is done', (_what, name, says) => {
    expect(() => read(option.outputFile(), join(dir, name))).toThrow(says);
  });
});

describe('path', () => {
  it('is absolute, given or by default', () => {
    expect(read(option.path('<file>'), 'a/b')).toBe(resolve('a/b'));
    const schema = option.path('<file>').prefault('a/b');
    expect(schema.parse(undefined)).toBe(resolve('a/b'));
    expect(option.defaultOf(schema)).toBe('a/b');
  });
  it('is not empty', () => {
    expect(() => read(option.path('<file>'), '')).toThrow('Expected a path.');
  });
});

describe('list', () => {
  it('splits at commas and refuses empty parts', () => {
    expect(read(option.list('<names>'), 'thin, slanted')).toEqual(['thin', 'slanted']);
    expect(() => read(option.list('<names>'), 'thin,,noisy')).toThrow('comma-separated');
  });
});

describe('hostPort', () => {
  it.each(['localhost:7443', '10.0.0.1:1', '[::1]:65535'])('takes %s', (address) => {
    expect(read(option.hostPort('<address>'), address)).toBe(address);
  });
  it.each(['localhost', 'localhost:0', 'localhost:65536', ':7443', 'a b:1', 'http://a:1'])(
    'refuses %s',
    (address) => {
      expect(() => read(option.hostPort('<address>'), address)).toThrow('Expected HOST:PORT.');
    },
  );
});

describe('hex64', () => {
  it('takes digits as people write them', () => {
    expect(read(option.hex64('<id>'), 'AB: '.repeat(32))).toBe('ab'.repeat(32));
  });
  it.each(['ab'.repeat(31), `${'ab'.repeat(31)}zz`, 'ab'.repeat(33), ''])('refuses %j', (text) => {
    expect(() => read(option.hex64('<id>'), text)).toThrow('Expected 64 hex digits.');
  });
});

describe('traits', () => {
  it('are found through what is put around an option', () => {
    const schema = option.several(option.dataNotation()).min(1).optional().describe('words');
    expect(option.traitsOf(schema)).toMatchObject({ names: 'data', repeated: true });
    expect(option.describeOption(schema.readonly())).toBe('words');
  });
  it('choices are asked for when a value is checked', () => {
    const names = ['a'];
    const schema = option.choice('<name>', () => names);
    expect(() => read(schema, 'b')).toThrow('Allowed choices are a.');
    names.push('b');
    expect(read(schema, 'b')).toBe('b');
  });
});
