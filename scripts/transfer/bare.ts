import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { openServerTls } from '../../src/provider/keys/tls.js';
import { openRoot, openManifest, Store } from '../../src/shared/release/index.js';
import { readBytes } from '../../src/shared/files.js';
import { reopenProvider } from '../../test/fixtures/provider.js';

/**
 * What the transport itself can do: one grpc-js stream over TLS of the same chunks, each read from
 * disk, sent with `drain` awaited, hashed and written on arrival, with no verification, no resume and
 * no limits.
 */
const METHOD = '/bare.Bare/Stream';
const same = (bytes: Buffer): Buffer => bytes;

export async function serveBare(dir: string): Promise<number> {
  const { store: storeDir, keyring } = reopenProvider(dir);
  const store = new Store(storeDir);
  const root = store.newestRoot();
  const release = openManifest(root, readBytes(store.manifestPath('large', 1)));
  const { cert, key } = await openServerTls(keyring);
  const server = new Server();
  server.addService(
    {
      Stream: {
        path: METHOD,
        requestStream: false,
        responseStream: true,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    },
    {
      Stream: (call: ServerWritableStream<Buffer, Buffer>) => {
        const send = async (): Promise<void> => {
          for (const { sha256 } of release.chunks)
            if (!call.write(readFileSync(store.objectPath(sha256))))
              await new Promise((resolve) => call.once('drain', resolve));
          call.end();
        };
        void send();
      },
    },
  );
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

export async function pullBare(address: string, dir: string): Promise<void> {
  const root = openRoot(readBytes(reopenProvider(dir).trustFile));
  const ca = Buffer.from(root.document.tls.ca.join('\n'));
  const client = new Client(address, credentials.createSsl(ca), {
    'grpc-node.flow_control_window': 8 * 2 ** 20,
  });
  const fd = openSync(join(dir, 'bare', 'out'), 'w');
  const call = client.makeServerStreamRequest(METHOD, same, same, Buffer.alloc(0));
  for await (const chunk of call as AsyncIterable<Buffer>) {
    createHash('sha256').update(chunk).digest();
    writeSync(fd, chunk);
  }
  closeSync(fd);
  client.close();
}
