import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineMethod,
  METHOD_NAMES,
  methods,
  parseMethodOptions,
} from '../../../src/client/methods/index.js';
import { candidateNames } from '../../../src/client/selection/candidates.js';

const sound = {
  name: 'sound',
  title: '',
  paper: '',
  equation: '',
  summary: '',
  options: z.strictObject({ k: z.int().min(1).default(3).describe('neighbours') }),
  terms: ['one'],
  auto: false,
  objective: () => Promise.reject(new Error('not run')),
};

describe('defineMethod', () => {
  it('puts the kind to the definition and changes nothing else', () => {
    expect(defineMethod(sound)).toEqual({ ...sound, kind: 'method' });
  });

  it.each([
    [{ refresh: true }, 'more than one of objective, refresh and stream'],
    [{ terms: ['loss'] }, 'terms have names of their own'],
    [{ terms: ['one', 'one'] }, 'terms have names of their own'],
    [{ objective: undefined }, 'terms and no objective'],
    [{ termTitles: { two: 'second' } }, 'a title to a term that it does not have'],
    [{ options: z.strictObject({ k: z.number() }) }, 'an option has no default'],
  ])('refuses what cannot work: %o', (wrong, why) => {
    expect(() => defineMethod<z.ZodObject>({ ...sound, ...wrong })).toThrow(why);
  });
});

describe('methods', () => {
  it('are refused by name where they are not known, and a name is taken once', () => {
    expect(() => methods.get('shoot')).toThrow('unknown method "shoot"');
    expect(() => methods.add(defineMethod({ ...sound, name: 'shot' }))).toThrow('"shot" already');
    expect(METHOD_NAMES).toEqual(methods.names());
  });

  it('have the options of their schema, with its defaults, and no others', () => {
    const method = defineMethod(sound);
    expect(parseMethodOptions(method)).toEqual({ k: 3 });
    expect(parseMethodOptions(method, { k: 5 })).toEqual({ k: 5 });
    expect(() => parseMethodOptions(method, { k: 0 })).toThrow('option of method sound: "k"');
    expect(() => parseMethodOptions(method, { j: 1 })).toThrow(/option of method sound: .*"j"/);
    expect(() => parseMethodOptions(methods.get('shot'), { k: 1 })).toThrow('method shot');
  });

  it('describe each option', () => {
    for (const { options } of methods.all())
      for (const option of Object.values<z.ZodType>(options.shape))
        expect(option.description).toMatch(/\w/);
  });

  it('say which of them auto tries, cheap and safe ones first', () => {
    expect(candidateNames()).toEqual(['source', 'bn', 'shot', 'shot-im', 'nrc', 'shot++', 'aad']);
  });
});

describe('docs/method.md', () => {
  const rows = readFileSync('docs/method.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  const known = methods.names().map((name) => `\`${name}\``);

  it('has the table of the registry', () => {
    const expected = methods
      .all()
      .map(({ name, title, paper, equation, summary, terms }) => [
        `\`${name}\``,
        title,
        [paper, equation].filter((part) => part !== '').join(', '),
        summary,
        terms.join(', '),
      ]);
    expect(rows.filter((row) => row.length === 5 && known.includes(row[0]!))).toEqual(expected);
  });

  it('has every option of every method', () => {
    const expected = methods
      .all()
      .flatMap(({ name, options }) =>
        Object.entries<z.ZodType>(options.shape).map(([option, schema]) => [
          `\`${name}\``,
          `\`${option}\``,
          String(schema.parse(undefined)),
          schema.description,
        ]),
      );
    expect(rows.filter((row) => row.length === 4 && known.includes(row[0]!))).toEqual(expected);
  });
});
