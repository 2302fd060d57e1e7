import { describe, expect, it } from 'vitest';
import * as format from '../../../src/shared/report/terminal/index.js';

describe.each([
  [
    'percent',
    format.percent,
    [
      [0.931, '93.1%'],
      [0, '0.0%'],
      [NaN, '–'],
      [undefined, '–'],
    ],
  ],
  [
    'points',
    format.points,
    [
      [0.217, '+21.7'],
      [-0.05, '−5.0'],
      [0, '0.0'],
      [undefined, '–'],
    ],
  ],
  [
    'duration',
    format.durationText,
    [
      [0.4, '0.40 s'],
      [59.96, '1 min 00 s'],
      [245, '4 min 05 s'],
      [7380, '2 h 03 min'],
      [Infinity, '–'],
    ],
  ],
  [
    'bytes',
    format.bytes,
    [
      [512, '512 B'],
      [1782579, '1.7 MiB'],
      [2 ** 30, '1.0 GiB'],
    ],
  ],
  ['count', format.count, [[10000, '10,000']]],
  [
    'shortDigest',
    format.shortDigest,
    [
      ['sha256:9f86d081884c7d65', '9f86d081884c…'],
      ['abc', 'abc'],
      [undefined, '–'],
    ],
  ],
] as const)('%s', (_name, render, cases) => {
  it.each(cases.map(([value, text]) => ({ value, text })))('$value as $text', ({ value, text }) => {
    expect((render as (v: unknown) => string)(value)).toBe(text);
  });
});
