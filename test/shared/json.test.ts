import { describe, expect, it } from 'vitest';
import { parseStrictJson, quoted } from '../../src/shared/json.js';
import { failsWith } from '../fixtures/world.js';

const read = (text: string): unknown => parseStrictJson(Buffer.from(text), 'it');

describe('parseStrictJson', () => {
  it.each([
    ['{"a":{"a":1},"b":[{"a":2},{"a":3}]}', { a: { a: 1 }, b: [{ a: 2 }, { a: 3 }] }],
    ['["a","a",{"b":"a","a":"b"}]', ['a', 'a', { b: 'a', a: 'b' }]],
    [' [ 0 , 9007199254740991 , true , null ] ', [0, Number.MAX_SAFE_INTEGER, true, null]],
    ['"\\ud83d\\ude00 1.5 {\\"a\\":1,\\"a\\":1}"', '😀 1.5 {"a":1,"a":1}'],
  ])('reads %s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    ['{"a":1,"a":1}'],
    ['{"a":1,"\\u0061":1}'],
    ['[{"x":{"a":[],"b":1,"a":{}}}]'],
    ['{"__proto__":1}'],
    ['"\\ud83d"'],
    ['[1.0]'],
    ['[1e2]'],
    ['[-1]'],
    ['[-0]'],
    ['[9007199254740992]'],
    ['[01]'],
    ['{"a":1,}'],
    ['\ufeff{}'],
    ['{} {}'],
    [''],
  ])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(failsWith('format'));
  });
});

describe('quoted', () => {
  it('lets nothing through that a terminal would act on', () => {
    expect(quoted('a"\u001b[2J\u007f\u009b\u202eü')).toBe(
      '"a\\"\\u001b[2J\\u007f\\u009b\\u202e\\u00fc"',
    );
    expect(quoted('x'.repeat(1000))).toHaveLength(102);
  });
});
