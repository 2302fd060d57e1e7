import type { ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on loopback that counts what it hands to clients and outlives the server behind it. */
export interface CountingProxy {
  readonly port: number;
  /** Bytes handed to clients so far. */
  delivered(): number;
  /** Waits until that many were, or the client is gone. */
  until(bytes: number, client: ChildProcess): Promise<void>;
  /** The server is at another port now. */
  redirect(port: number): void;
  close(): void;
}

export async function startCountingProxy(upstreamPort: number): Promise<CountingProxy> {
  let delivered = 0;
  let port = upstreamPort;
  let waiting: { bytes: number; go: () => void } | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true).on('error', () => undefined);
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on('data', (data) => {
      delivered += data.length;
      if (waiting && delivered >= waiting.bytes) waiting.go();
    });
    upstream.pipe(client);
    client.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    delivered: () => delivered,
    until: (bytes, client) =>
      new Promise((resolve) => {
        const go = (): void => {
          waiting = undefined;
          resolve();
        };
        waiting = { bytes, go };
        client.once('exit', go);
        client.once('message', go); // it was done before
      }),
    redirect: (next) => {
      port = next;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
