import { describe, expect, it } from 'vitest';
import { AUDIT_PARTS } from '../../src/audit/names.js';
import * as api from '../../src/index.js';
import type { FedshotError } from '../../src/shared/errors.js';
import { everyCommand } from '../fixtures/commands.js';

/** Commands that are a function under another name, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  help: '', // of the command line alone
  // one function, told which parts
  ...Object.fromEntries(['all', ...AUDIT_PARTS].map((part) => [`audit ${part}`, 'audit'])),
};
/** Commands that do the same as another. */
const SAME: Readonly<Record<string, string>> = { 'client trust pin': 'client init' };

const camel = (word: string): string => word.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
const placeOf = (name: string): string => ELSEWHERE[name] ?? name.split(' ').map(camel).join('.');

function at(place: string): unknown {
  let found: unknown = api;
  for (const key of place.split('.')) found = (found as Record<string, unknown> | undefined)?.[key];
  return found;
}

const cases = everyCommand()
  .filter(({ command }) => command.commands.length === 0)
  .map(({ words }) => words.join(' '))
  .map((name) => ({ name, place: placeOf(name) }))
  .filter(({ place }) => place !== '');

/** What a function says of options that nobody has; it names the operation. */
async function complaint(fn: unknown): Promise<unknown> {
  try {
    await (fn as (options: object) => PromiseLike<unknown>)({ 'no such option': 1 });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('functions of the API', () => {
  it('there are as many commands as one would think', () => {
    expect(cases.length).toBeGreaterThan(45);
  });

  it.each(cases)('fedshot $name is $place', async ({ name, place }) => {
    expect([place, typeof at(place)]).toEqual([place, 'function']);
    const operation = SAME[name] ?? ELSEWHERE[name] ?? name;
    const { code, message } = (await complaint(at(place))) as FedshotError;
    expect(code).toBe('usage');
    expect(message.slice(0, message.indexOf(':'))).toBe(operation);
  });

  it.each([
    ['train', 'provider.train'],
    ['initProvider', 'provider.init'],
    ['exportStore', 'provider.export'],
    ['providerEvidence', 'provider.evidence'],
    ['siteEvidence', 'client.evidence'],
    ['init', 'client.init'],
    ['useRun', 'client.use'],
    ['updateTrust', 'client.trust.update'],
  ])('%s is %s', (short, long) => {
    expect(typeof at(short)).toBe('function');
    expect(at(short)).toBe(at(long));
  });

  it('options and results have names as types', () => {
    const options: api.OptionsOf<typeof api.keys.show> = { store: 'store' };
    const rootOf = ({ root }: api.ResultOf<typeof api.keys.show>): number => root.version;
    // @ts-expect-error a store is named by a path
    const wrong: api.OptionsOf<typeof api.keys.show> = { store: 1 };
    expect([options.store, wrong.store, typeof rootOf]).toEqual(['store', 1, 'function']);
  });

  it('a function that is forgotten is found', () => {
    expect(typeof at(placeOf('keys forge-signature'))).toBe('undefined');
  });
});
