import { EventEmitter } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { sendAll, SharedBudget } from '../../../src/shared/rpc/index.js';

/** A call whose reader takes one message whenever `take` is called. */
class FakeCall extends EventEmitter {
  cancelled = false;
  readonly pending: (() => void)[] = [];
  write(_: Buffer, done: () => void): boolean {
    this.pending.push(done);
    return false;
  }
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function setUp(count: number, stallMs = 10_000) {
  const call = new FakeCall();
  let loaded = 0;
  const messages = Array.from({ length: count }, () => ({
    bytes: 10,
    load: () => Promise.resolve(Buffer.alloc(10, loaded++)),
  }));
  let stalled = 0;
  const budget = new SharedBudget(75).of('site'); // room for two of its messages
  const options = { budget, stallMs, onStall: () => (stalled += 1) };
  const sent = sendAll(call as unknown as ServerWritableStream<Buffer, Buffer>, messages, options);
  sent.catch(() => undefined);
  return { call, sent, budget, loaded: () => loaded, stalled: () => stalled };
}

describe('sendAll', () => {
  it('loads one message ahead of a reader, and no more', async () => {
    const { call, loaded, sent } = setUp(5);
    await turn();
    expect(loaded()).toBe(2);
    for (let i = 0; i < 5; i++) {
      call.pending.shift()!();
      await turn();
    }
    await sent;
    expect(loaded()).toBe(5);
  });
  it('gives up on a slow reader and returns its budget', async () => {
    const { sent, stalled, budget } = setUp(5, 20);
    await expect(sent).rejects.toMatchObject({ code: 'limit' });
    expect(stalled()).toBe(1);
    await budget.take(75); // all of it is there again
  });
  it('a large message of a slow line has as much longer as it is larger', async () => {
    const call = new FakeCall();
    const bytes = 100 * 60 * 1024;
    const budget = new SharedBudget(16 * bytes).of('site');
    const options = { budget, stallMs: 50, onStall: () => undefined };
    const messages = [{ bytes, load: () => Promise.resolve(Buffer.alloc(bytes)) }];
    const sent = sendAll(
      call as unknown as ServerWritableStream<Buffer, Buffer>,
      messages,
      options,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    call.pending.shift()?.();
    await sent;
  });
  it('stops when the client goes away', async () => {
    const { call, sent } = setUp(5);
    await turn();
    call.cancelled = true;
    call.emit('cancelled');
    await expect(sent).rejects.toMatchObject({ code: 'network' });
  });
});
