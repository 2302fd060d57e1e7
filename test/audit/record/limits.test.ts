import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Places } from '../../../src/audit/record/places.js';
import { readRecording, type Recorder } from '../../../src/audit/record/index.js';
import { record } from '../../fixtures/record.js';
import { tempDir } from '../../fixtures/temp.js';

let provider: Server;
beforeAll(async () => {
  // A provider that never ends a connection of its own accord.
  provider = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (data) => socket.write(data)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void provider.close());

async function recorder(limits: Parameters<typeof record>[2] extends infer O ? O : never) {
  const { port } = provider.address() as AddressInfo;
  const file = join(tempDir(), 'record.jsonl');
  return { file, at: await record(port, file, { to: { host: '127.0.0.1', port }, ...limits }) };
}

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));
const open = ({ port }: Recorder): Socket =>
  connect({ port, host: '127.0.0.1' })
    .on('error', () => undefined)
    .resume();
const answered = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('data', (data) => resolve(data.toString())).once('close', () => resolve(''));
    socket.write('hello');
  });

describe('what a recorder bears', () => {
  it('a connection that one side has ended, and the other never does, ends', async () => {
    const { at, file } = await recorder({ limits: { halfOpenMs: 50 } });
    const half = open(at);
    half.end('bye');
    await ended(half);
    await at.close();
    expect(readRecording(file).connections).toMatchObject([{ sent: { bytes: 3 }, whole: false }]);
  });

  it('a connection on which nobody says anything ends, and one in use goes on', async () => {
    const { at, file } = await recorder({ limits: { idleMs: 200 } });
    const [silent, busy] = [open(at), open(at)];
    const talk = setInterval(() => busy.write('x'), 20);
    await ended(silent);
    expect(busy.destroyed).toBe(false);
    clearInterval(talk);
    busy.destroy();
    await at.close();
    expect(readRecording(file).connections).toHaveLength(2);
  });

  it('1,200 half-closed connections leave the way open', async () => {
    const { at, file } = await recorder({
      limits: { perAddress: 8, connections: 16, halfOpenMs: 100 },
    });
    const crowd = Array.from({ length: 1200 }, () => open(at));
    for (const one of crowd) one.end();
    await Promise.all(crowd.map(ended));
    const honest = open(at);
    expect(await answered(honest)).toBe('hello');
    honest.destroy();
    await at.close();
    const { refused, connections } = readRecording(file);
    expect(refused).toBeGreaterThan(0);
    expect(refused + connections.length).toBe(1201);
  });

  it('more than may be are turned away unheard; when one leaves, the next gets in', async () => {
    const { at, file } = await recorder({ limits: { perAddress: 2, halfOpenMs: 50 } });
    const [one, two] = [open(at), open(at)];
    expect([await answered(one), await answered(two)]).toEqual(['hello', 'hello']);
    expect(await answered(open(at))).toBe('');
    one.destroy();
    await expect.poll(() => readRecording(file).connections).toHaveLength(1);
    const next = open(at);
    expect(await answered(next)).toBe('hello');
    for (const socket of [two, next]) socket.destroy();
    await at.close();
    expect(readRecording(file).refused).toBe(1);
  });
});

describe('Places', () => {
  it('counts by address, all addresses of an IPv6 network as one, and in all', () => {
    const places = new Places({ connections: 4, perAddress: 2 });
    const take = (address: string): boolean => places.take(address) !== undefined;
    expect(['10.0.0.1', '10.0.0.1', '10.0.0.1', '::ffff:10.0.0.2'].map(take)).toEqual([
      ...[true, true, false, true],
    ]);
    expect(take('2001:db8:1:2:3:4:5:6')).toBe(true);
    expect(take('10.0.0.9')).toBe(false);
    const v6 = new Places({ connections: 9, perAddress: 1 });
    expect(v6.take('2001:db8:1:2::1')).toBeDefined();
    expect(v6.take('2001:db8:1:2:ffff::2')).toBeUndefined();
    expect(v6.take('2001:db8:1:3::1')).toBeDefined();
  });
});
