import * as fs from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readRecording, type Recorder } from '../../../src/audit/record/index.js';
import { record } from '../../fixtures/record.js';
import { tempDir } from '../../fixtures/temp.js';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, writeSync: vi.fn(real.writeSync) };
});

/** Says something through the proxy. @returns what came back before the end */
const say = ({ port }: Recorder, words: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(words));
    socket.on('data', (data) => (heard += data.toString()));
    socket.on('error', () => undefined).once('close', () => resolve(heard));
  });

describe('startRecorder', () => {
  let echo: Server;
  beforeAll(async () => {
    echo = createServer((socket) => socket.pipe(socket).on('error', () => undefined));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void echo.close());
  const start = (file: string): Promise<Recorder> =>
    record((echo.address() as AddressInfo).port, file, {
      to: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port },
    });

  it('writes a line for each connection, and says what was not TLS', async () => {
    const file = join(tempDir(), 'record.jsonl');
    const recorder = await start(file);
    expect(await say(recorder, 'good morning')).toBe('good morning');
    await recorder.close();
    expect(readRecording(file).connections).toMatchObject([
      { whole: true, sent: { bytes: 12, other: 12 }, received: { bytes: 12, other: 12 } },
    ]);
  });

  it('names a record that has no room from the beginning', async () => {
    await expect(start('/dev/full')).rejects.toMatchObject({
      code: 'io',
      hint: expect.stringContaining('make room') as string,
    });
  });

  it('unrecorded connections: once the record cannot be written, nothing passes any more', async () => {
    const recorder = await start(join(tempDir(), 'record.jsonl'));
    const open = say(recorder, ''); // ends with the rest
    vi.mocked(fs.writeSync).mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await say(recorder, 'the last words');
    expect(await recorder.broken).toMatchObject({
      code: 'io',
      hint: expect.stringContaining('make room') as string,
    });
    await open;
    expect(await say(recorder, 'more')).toBe('');
    await recorder.close();
  });
});
