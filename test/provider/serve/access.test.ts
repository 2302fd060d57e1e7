import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Door, readPolicy } from '../../../src/provider/serve/index.js';

describe('readPolicy', () => {
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'fedshot-policy-'))));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (content: string): string => {
    writeFileSync(join(dir, 'policy.json'), content);
    return join(dir, 'policy.json');
  };

  it('reads releases, sites and stars', () => {
    const policy = { releases: { digits: ['a', 'b'], '*': ['*'] } };
    expect(readPolicy(file(JSON.stringify(policy)))).toEqual(policy);
  });
  it.each([
    ['a key it does not know', '{"releases": {}, "default": "allow"}', 'default'],
    ['a site that is no name', '{"releases": {"digits": ["A/B"]}}', 'digits'],
    ['a release that is no name', '{"releases": {"../x": ["a"]}}', '../x'],
    ['half a file', '{"releases": {', 'JSON'],
    [
      'a release that stands there twice',
      '{"releases": {"a": ["x"], "a": ["*"]}}',
      '"a" occurs twice',
    ],
  ])('refuses %s, and names it', (_, content, named) => {
    expect(() => readPolicy(file(content))).toThrow(named);
  });
  it('says where the file goes wrong, in one line', () => {
    const broken = file('{"releases":\n  {"digits": ["a"]');
    expect(() => readPolicy(broken)).toThrow(/not valid JSON \(.*position \d+/);
    expect(() => readPolicy(broken)).not.toThrow(/\n/);
    expect(() => readPolicy(file('{"releases": {}, "x": 1}'))).toThrow(/json: Unrecognized key/);
  });
  it('needs enrolled sites to apply to', () => {
    const door = new Door({
      sites: dir,
      policy: file('{"releases": {}}'),
      asks: 'when-enrolled',
      memory: [],
      log: pino({ level: 'silent' }),
    });
    expect(() => door.open()).toThrow('needs enrolled sites');
  });
});
