import { describe, expect, it } from 'vitest';
import { choose, type Candidate } from '../../../src/shared/engine/choose.js';

const candidate = (name: string): Candidate => {
  const [engine, device] = name.split('/') as [Candidate['engine'], Candidate['device']];
  return { engine, device, version: '1', source: 'test', place: undefined };
};
const ALL = ['libtorch/cuda', 'tensorflow/cuda', 'libtorch/cpu', 'tensorflow/cpu', 'wasm/cpu'];
const first = (options: Parameters<typeof choose>[0], here = ALL): string => {
  const [best] = choose(options, here.map(candidate));
  return `${best!.engine}/${best!.device}`;
};

describe('choose', () => {
  it('takes the best that is here', () => {
    for (let i = 0; i < ALL.length; i++) expect(first({}, ALL.slice(i))).toBe(ALL[i]);
  });

  it('heeds the engine and the device that are asked for', () => {
    expect(first({ engine: 'tensorflow' })).toBe('tensorflow/cuda');
    expect(first({ device: 'cpu' })).toBe('libtorch/cpu');
    expect(first({ engine: 'tensorflow', device: 'cpu' })).toBe('tensorflow/cpu');
  });

  it('never falls back from an engine or a device that was asked for by name', () => {
    const here = ['libtorch/cpu', 'wasm/cpu'];
    expect(() => first({ engine: 'tensorflow' }, here)).toThrow('tensorflow is not here');
    expect(() => first({ device: 'cuda' }, here)).toThrow('no engine on cuda');
    expect(() => first({ engine: 'libtorch', device: 'cuda' }, here)).toThrow('libtorch');
  });
});
