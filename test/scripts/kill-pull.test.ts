import { describe, expect, it } from 'vitest';
import { killPulls } from '../../scripts/kill-pull.js';

describe('killPulls', () => {
  it('ends with the right bytes after each kill of client or server, and transfers little again', async () => {
    const megabytes = 24;
    const { kills, wrong, retransferred } = await killPulls({ kills: 6, megabytes, seed: 3 });
    expect({ kills, wrong }).toEqual({ kills: 6, wrong: 0 });
    // What was under way is lost, however large the whole: a window, and a few chunks.
    expect(retransferred * megabytes).toBeLessThan(8);
  }, 240_000);
});
