import { afterEach, describe, expect, it, vi } from 'vitest';
import { whereabouts, whileSet } from '../../../src/shared/engine/settings.js';

afterEach(() => vi.unstubAllEnvs());

describe('whileSet', () => {
  it('sets variables for a function, and puts back those that were there and no others', () => {
    vi.stubEnv('FEDSHOT_A', 'before');
    vi.stubEnv('FEDSHOT_B', undefined);
    const seen = whileSet({ FEDSHOT_A: '1', FEDSHOT_B: '2' }, () => {
      const { FEDSHOT_A, FEDSHOT_B } = process.env;
      return [FEDSHOT_A, FEDSHOT_B];
    });
    expect(seen).toEqual(['1', '2']);
    expect(process.env.FEDSHOT_A).toBe('before');
    expect('FEDSHOT_B' in process.env).toBe(false);
  });

  it('does so as well where the function fails', () => {
    const failing = (): void =>
      whileSet({ FEDSHOT_B: '2' }, () => {
        throw new Error('cannot load');
      });
    expect(failing).toThrow('cannot load');
    expect('FEDSHOT_B' in process.env).toBe(false);
  });
});

describe('whereabouts', () => {
  it('changes with what engines are found by, and with nothing else', () => {
    const here = whereabouts({ PATH: '/bin' });
    expect(whereabouts({ PATH: '/bin', PASSWORD: 'secret' })).toBe(here);
    expect(whereabouts({ PATH: '/bin', FEDSHOT_LIBTORCH: '' })).not.toBe(here);
    expect(whereabouts({ PATH: '/usr/bin' })).not.toBe(here);
  });
});
