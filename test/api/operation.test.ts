import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { passphraseOption } from '../../src/api/keyring.js';
import { defineOperation, parseOptions } from '../../src/api/operation.js';
import { execute, perform } from '../../src/api/perform.js';
import { FedshotError } from '../../src/shared/errors.js';
import {
  dataNotation,
  flag,
  path,
  positiveInteger,
  several,
  text,
  withTraits,
} from '../../src/shared/option.js';
import { silent } from '../../src/shared/reporter.js';

const base = { name: 'probe', module: import.meta.url, run: () => Promise.resolve('ran') };

describe('defineOperation', () => {
  const takesData: Record<string, z.ZodType> = {
    'data that has to be given': dataNotation(),
    'data that may be given': dataNotation().optional().describe('data'),
    'data with a default': dataNotation().default('digits:plain'),
    'data, several times': several(dataNotation()).min(1).default([]),
    'data, once or several times': withTraits(z.union([dataNotation(), z.array(dataNotation())]), {
      names: 'data',
    }).optional(),
  };

  it.each(Object.entries(takesData))('refuses %s without rights', (_what, data) => {
    const options = z.strictObject({ data });
    expect(() => defineOperation({ ...base, options })).toThrow(
      'probe reads private data and says no rights',
    );
    expect(defineOperation({ ...base, options, rights: () => ({}) }).name).toBe('probe');
  });

  it('lets operations be without rights that take none', () => {
    const options = z.strictObject({ home: path('<dir>'), table: text('<name>') });
    expect(defineOperation({ ...base, options }).name).toBe('probe');
  });
});

describe('execute', () => {
  it('runs nothing outside of the sandbox that was given data and no rights after all', async () => {
    let ran = false;
    const operation = defineOperation({
      ...base,
      options: z.strictObject({ data: dataNotation().optional() }),
      rights: () => undefined,
      run: () => Promise.resolve((ran = true)),
    });
    const context = {
      reporter: silent,
      signal: new AbortController().signal,
      now: () => new Date(0),
      env: {},
      answered: () => undefined,
      onHangup: () => () => undefined,
      log: () => undefined,
    };
    await expect(execute(operation, { data: 'csv:x' }, context, {})).rejects.toThrow(
      'reads private data and says no rights',
    );
    expect(ran).toBe(false);
    await execute(operation, {}, context, {});
    expect(ran).toBe(true);
  });

  it('sends no worker what only programs can give', async () => {
    const operation = defineOperation({
      ...base,
      module: new URL('../fixtures/told.ts', import.meta.url).href,
      options: z.strictObject({ home: path('<dir>'), passphrase: passphraseOption }),
      rights: () => ({}),
    });
    const given = { home: 'x', passphrase: () => 'correct horse' };
    expect(await perform(operation, given, { isolate: 'off', env: {} })).toEqual(['home']);
  });
});

describe('parseOptions', () => {
  const operation = defineOperation({
    ...base,
    options: z
      .strictObject({
        home: path('<dir>'),
        epochs: positiveInteger().default(30),
        force: flag().default(false),
        partial: flag().optional(),
      })
      .superRefine(({ force, partial }, context) => {
        if (force && partial)
          context.addIssue({ code: 'custom', path: ['partial'], message: 'Not with force.' });
      }),
  });

  it('fills in the defaults of the schema', () => {
    expect(parseOptions(operation, { home: '/site' })).toEqual({
      home: '/site',
      epochs: 30,
      force: false,
    });
  });

  it.each<[string, object, string, string | undefined]>([
    ['unknown', { home: '/s', epoch: 3 }, 'probe: unknown option "epoch"', 'it knows home, epochs'],
    ['missing', {}, 'probe: home is missing', undefined],
    ['of a wrong type', { home: 7 }, 'probe: home: Expected a path.', undefined],
    [
      'out of its range',
      { home: '/s', epochs: 0 },
      'probe: epochs: Expected a whole number of at least 1.',
      undefined,
    ],
    [
      'a text where a number belongs',
      { home: '/s', epochs: '3' },
      'probe: epochs: Expected a whole number of at least 1.',
      undefined,
    ],
    [
      'in conflict with another',
      { home: '/s', force: true, partial: true },
      'probe: partial: Not with force.',
      undefined,
    ],
  ])('names an option that is %s', (_what, given, message, hint) => {
    let error: unknown;
    try {
      parseOptions(operation, given as { home: string });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FedshotError);
    const { code, message: said, hint: says } = error as FedshotError;
    expect({ code, message: said }).toEqual({ code: 'usage', message });
    if (hint === undefined) expect(says).toBeUndefined();
    else expect(says).toContain(hint);
  });
});
