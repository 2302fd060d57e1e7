import { expect, it } from 'vitest';
import { present } from '../../src/shared/present.js';

it.each([0, '', false, NaN])('gives %j back', (value) => {
  expect(present(value, 'it')).toBe(value);
});

it.each([undefined, null])('%j is a defect of fedshot', (value) => {
  expect(() => present(value, 'the key')).toThrow(
    expect.objectContaining({ code: 'internal', message: 'the key is missing' }),
  );
});
