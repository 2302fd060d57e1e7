import { expect, it } from 'vitest';
import { kindOf } from '../../../src/client/transfer/kind.js';

it.each([
  ['st', 'folder'],
  ['./st', 'folder'],
  ['../other/st', 'folder'],
  ['/srv/st', 'folder'],
  ['~/st', 'folder'],
  ['work/with:colon', 'folder'],
  ['weights.example.org:7443', 'grpc'],
  ['[::1]:7443', 'grpc'],
  ['https://weights.example.org/store', 'https'],
  ['http://weights.example.org', 'https'], // refused there, by name
])('--from %s is a %s', (from, kind) => {
  expect(kindOf(from)).toBe(kind);
});
