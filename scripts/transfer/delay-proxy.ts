import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Passes on what arrives after `delayMs`, in order, and no more than the reader takes. */
function relay(from: Socket, to: Socket, delayMs: number, held: { bytes: number }): void {
  const MAX_HELD = 64 * 2 ** 20;
  from.on('data', (data) => {
    held.bytes += data.length;
    if (held.bytes > MAX_HELD) from.pause();
    setTimeout(() => {
      if (to.destroyed) return;
      to.write(data, () => {
        held.bytes -= data.length;
        if (from.isPaused() && held.bytes < MAX_HELD / 2) from.resume();
      });
    }, delayMs);
  });
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  from.on('error', () => undefined);
}

/** A TCP proxy on loopback that adds `roundTripMs` to every round trip. */
export async function startDelayProxy(
  port: number,
  roundTripMs: number,
): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
    }
    relay(client, upstream, roundTripMs / 2, { bytes: 0 });
    relay(upstream, client, roundTripMs / 2, { bytes: 0 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
