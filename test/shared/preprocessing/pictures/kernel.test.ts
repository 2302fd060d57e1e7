import { readFileSync } from 'node:fs';
import wabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { KERNEL } from '../../../../src/shared/preprocessing/pictures/kernel-code.js';

describe('the kernel that is shipped', () => {
  it('is what its text says', async () => {
    const path = 'src/shared/preprocessing/pictures/kernel.wat';
    const tools = await wabt();
    const text = tools.parseWat(path, readFileSync(path, 'utf8'), { simd: true });
    // written by `npm run kernel`
    expect(Buffer.from(text.toBinary({}).buffer).toString('base64')).toBe(KERNEL);
  });
});
