import { describe, expect, it } from 'vitest';
import {
  paint,
  painted,
  printable,
  printableJson,
  printableLine,
  terminalReporter,
} from '../../../src/shared/report/terminal/index.js';

const ATTACKS = [
  '\x1b[2J\x1b[1;1Haudit: PASS',
  '\x1b]0;title\x07',
  '\x9b31m',
  'a\rPASS',
  'a\bb',
  'evil\u202egnp.exe',
  '\u2066x\u2069',
  'a\u2028b',
  '\x7f',
];
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('printable', () => {
  it.each(ATTACKS)('writes out what is not text in %j', (text) => {
    expect(printable(text)).not.toMatch(UNSAFE);
    expect(painted(text)).not.toMatch(UNSAFE);
    expect(printableJson(JSON.stringify(text))).not.toMatch(UNSAFE);
    expect(JSON.parse(printableJson(JSON.stringify({ name: text })))).toEqual({ name: text });
  });

  it('leaves text as it is', () => {
    const text = 'größe\tΔ 素 é 👩‍⚕️ → ✓\nnext line';
    expect(printable(text)).toBe(text);
    expect(printableLine('one\ntwo')).toBe('one\\ntwo');
    expect(printable('\x1b[32mPASS')).toBe('\\x1b[32mPASS');
  });

  it('tells colours of our own from those of names', () => {
    expect(painted(paint.green('\x1b[31mFAIL'))).toContain('\\x1b[31mFAIL');
    expect(painted(`${paint.yellow('INCOMPLETE')}, all`)).toMatch(/INCOMPLETE.*, all$/);
    expect(painted('<0123456789abcdef green>PASS')).toBe('<0123456789abcdef green>PASS');
  });
});

describe('terminalReporter', () => {
  it('writes out what names bring along, and stays on one line', () => {
    let seen = '';
    const reporter = terminalReporter({ write: (text: string) => Boolean((seen += text)) });
    reporter.warn('class "\x1b[2Jwell\nPASS"', 'other');
    reporter.note('file \x9b2J', 'other');
    const task = reporter.task('adapt \x1b[1m', 1);
    task.advance(1, '\x1b[0m');
    task.done('\x1b[32mok');
    expect(seen.replaceAll('\n', '')).not.toMatch(UNSAFE);
    expect(seen.trimEnd().split('\n')).toHaveLength(3);
  });
});
