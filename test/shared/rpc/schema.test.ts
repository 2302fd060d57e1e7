import { describe, expect, it } from 'vitest';
import { releaseService, requestLimits } from '../../../src/shared/rpc/index.js';

describe('requestLimits', () => {
  const limits = requestLimits();

  it('covers every method of the service', () => {
    const paths = Object.values(releaseService).map(({ path }) => path);
    expect(limits.map(({ method }) => method).sort()).toEqual(paths.sort());
  });

  it('gives every request a small fixed maximum', () => {
    for (const { maxBytes } of limits) expect(maxBytes).toBeLessThan(512);
  });

  it('is what the largest request of each kind takes on the wire', () => {
    const of = (name: string): number =>
      limits.find(({ method }) => method.endsWith(`/${name}`))!.maxBytes;
    const name = 'x'.repeat(64);
    const manifest = Buffer.alloc(32, 1);
    const indices = Array.from({ length: 128 }, (_, i) => 2_097_151 - 127 + i);
    const { GetChunks, GetManifest, GetRoot, GetFreshness } = releaseService;
    expect(GetRoot.requestSerialize({ version: 1_048_575 })).toHaveLength(of('GetRoot'));
    expect(GetFreshness.requestSerialize({})).toHaveLength(of('GetFreshness'));
    expect(GetManifest.requestSerialize({ name, version: 1_048_575 })).toHaveLength(
      of('GetManifest'),
    );
    expect(GetChunks.requestSerialize({ manifest, indices })).toHaveLength(of('GetChunks'));
  });

  it('has no request field that could hold text, but the name from the signed list', () => {
    const strings = limits.flatMap(({ fields }) => fields.filter(({ type }) => type === 'string'));
    expect(strings.map(({ name }) => name)).toEqual(['name']);
  });
});
