import { describe, expect, test } from 'vitest';
import { assertPassphrase, passphraseWeakness } from '../../../../src/shared/release/index.js';
import { failsWith } from '../../../fixtures/world.js';

describe('assertPassphrase', () => {
  test.each([
    'a',
    'elevenchars',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    '🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎',
  ])('refuses %j', (weak) => {
    expect(() => assertPassphrase(weak)).toThrow(failsWith('usage'));
  });

  test.each(['correct horse', 'Y2hhbmdlIG1l', 'пароль для ключей'])('takes %j', (strong) => {
    expect(passphraseWeakness(strong)).toBeUndefined();
  });
});
