import { describe, expect, it } from 'vitest';
import { Job } from '../../src/api/job.js';
import type { FedshotEvent } from '../../src/shared/events.js';

const seen = async (job: Job<unknown>): Promise<FedshotEvent[]> => {
  const events: FedshotEvent[] = [];
  for await (const event of job) events.push(event);
  return events;
};

describe('Job', () => {
  it('gives its events in order, those from before the first look as well, and its result', async () => {
    const job = new Job(async (emit) => {
      emit({ type: 'note', text: 'a', code: 'other' });
      await Promise.resolve();
      emit({ type: 'note', text: 'b', code: 'other' });
      return 7;
    });
    expect(await seen(job)).toEqual([
      { type: 'note', text: 'a', code: 'other' },
      { type: 'note', text: 'b', code: 'other' },
    ]);
    expect(await job).toBe(7);
  });

  it('throws what the work threw, to whoever awaits it or looks', async () => {
    const job = new Job(() => Promise.reject(new Error('no')));
    await expect(job.result).rejects.toThrow('no');
    await expect(seen(job)).rejects.toThrow('no');
  });

  it('keeps the newest events of work that nobody looks at, and no more', async () => {
    const job = new Job((emit) => {
      for (let i = 0; i < 12_000; i++) emit({ type: 'log', line: String(i) });
      return Promise.resolve();
    });
    const events = await seen(job);
    expect(events).toHaveLength(10_000);
    expect(events.at(-1)).toEqual({ type: 'log', line: '11999' });
  });
});
