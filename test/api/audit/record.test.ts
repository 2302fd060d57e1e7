import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import record from '../../../src/api/audit/record.js';
import { perform } from '../../../src/api/perform.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { tempDir } from '../../fixtures/temp.js';

it('says where it listens, goes on until it is stopped, and leaves a record', async () => {
  const out = join(tempDir(), 'records', 'record.jsonl');
  const stop = new AbortController();
  const options = { listen: '127.0.0.1:0', to: '127.0.0.1:1', out };
  const job = perform(record, options, { signal: stop.signal });
  const ready: unknown[] = [];
  for await (const event of job)
    if (event.type === 'ready') {
      ready.push(event.value);
      stop.abort(new FedshotError('interrupted', 'enough'));
    }
  expect(ready).toEqual([
    {
      ready: true,
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      out,
      key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      keyFile: `${out}.key`,
    },
  ]);
  await expect(job.result).resolves.toBeUndefined();
  expect(existsSync(out)).toBe(true);
});

it.each(['nowhere', 'localhost:65536', 'localhost:', ''])('refuses to listen at %j', async (at) => {
  const out = join(tempDir(), 'record.jsonl');
  await expect(perform(record, { listen: at, to: '127.0.0.1:1', out })).rejects.toMatchObject({
    code: 'usage',
    message: 'audit record: listen: Expected HOST:PORT.',
  });
  expect(existsSync(out)).toBe(false);
});
