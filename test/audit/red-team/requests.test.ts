import { join } from 'node:path';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { describe, test, expect, beforeAll, afterAll } from 'vitest';
import { logKeys, openTransparency } from '../../../src/provider/transparency.js';
import { readLog } from '../../../src/shared/log/index.js';
import { Store } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { redTeam } from '../../fixtures/red-team.js';

const red = redTeam();

describe('a client that talks', () => {
  let stop: () => Promise<void>;
  let client: Client;
  let refusedBefore: string;

  beforeAll(async () => {
    const { provider } = red.audited;
    const log = join(red.base, 'talk-log');
    const transparency = await openTransparency({
      store: provider.store,
      keyring: provider.keyring,
      dir: log,
      now: () => new Date(),
    });
    const server = await provider.serve({ transparency });
    const [ca] = new Store(provider.store).newestRoot().document.tls.ca;
    client = new Client(`localhost:${server.port}`, credentials.createSsl(Buffer.from(ca!)));
    refusedBefore = log;
    stop = async () => {
      client.close();
      await server.close();
    };
  });
  afterAll(() => stop());

  function call(
    method: 'GetManifest' | 'GetFreshness',
    message: Buffer,
    metadata = new Metadata(),
  ) {
    const raw = (bytes: Buffer): Buffer => bytes;
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        releaseService[method].path,
        raw,
        raw,
        message,
        metadata,
        (error, answer) => {
          if (error) reject(error);
          else resolve(answer!);
        },
      );
    });
  }
  const manifest = (name: string): Buffer =>
    releaseService.GetManifest.requestSerialize({ name, version: 1 });
  const refusal = (promise: Promise<Buffer>) =>
    promise.then(
      () => 'answered',
      (error: unknown) => (error as ServiceError).details,
    );

  test('data in the name field is refused, a name from the list is answered', async () => {
    expect(await refusal(call('GetManifest', manifest('x'.repeat(65))))).toBe('limit');
    expect(await refusal(call('GetManifest', manifest('patient-7-has-a-cough')))).toBe('not-found');
    expect(await refusal(call('GetManifest', manifest('digits')))).toBe('answered');
  });

  test('an unknown field is refused', async () => {
    const hidden = Buffer.concat([manifest('digits'), Buffer.from([0x7a, 3, 1, 2, 3])]);
    expect(await refusal(call('GetManifest', hidden))).toBe('format');
  });

  test('custom metadata is refused, none is answered', async () => {
    const metadata = new Metadata();
    metadata.set('patient', '7');
    expect(await refusal(call('GetFreshness', Buffer.alloc(0), metadata))).toBe('format');
    expect(await refusal(call('GetFreshness', Buffer.alloc(0)))).toBe('answered');
  });

  test('each refusal is in the log as well', async () => {
    const root = new Store(red.audited.provider.store).newestRoot();
    await stop();
    const { leaves } = readLog(refusedBefore, logKeys([root]));
    const refused = leaves.filter((leaf) => leaf.status !== (status.OK as number));
    expect(refused.length).toBe(4);
    stop = () => Promise.resolve();
  });
});
