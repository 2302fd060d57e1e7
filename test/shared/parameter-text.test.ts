import { describe, expect, it } from 'vitest';
import { parameterText } from '../../src/shared/parameter-text.js';

describe('parameterText', () => {
  it('reads numbers, switches and words', () => {
    expect(
      parameterText('width=32, rate=1e-2,deep=true,shallow=false,kind=pre-norm,empty='),
    ).toEqual({ width: 32, rate: 0.01, deep: true, shallow: false, kind: 'pre-norm', empty: '' });
  });

  it.each(['wide', 'width=3,deep', '=3', 'width=3,width=4', ''])(
    'leaves "%s" for the schema to refuse',
    (text) => {
      expect(parameterText(text)).toBe(text);
    },
  );
});
