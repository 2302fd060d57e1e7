import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generate, generatedDir, tree } from '../../../scripts/rpc-types.js';

describe('generated types', () => {
  it('are what the schema gives (npm run rpc:types)', () => {
    const fresh = generate();
    expect(tree(generatedDir)).toEqual(tree(fresh));
    rmSync(fresh, { recursive: true });
  });
});
