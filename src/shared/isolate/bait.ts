import { randomUUID } from 'node:crypto';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the process outside prepares for the one inside to fail at. */
export interface Bait {
  readonly namespace: string;
  /** A port on loopback that answers outside. */
  readonly port: number;
  /** The name of an abstract socket that answers outside. */
  readonly abstract: string;
  /** A file outside of every folder of the step. */
  readonly file: string;
}

const listening = (server: Server, ...at: [path: string] | [port: number, host: string]) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(...(at as [string]), resolve);
  });

/** Lays it out. @returns it, and how to take it away again */
export async function layBait(): Promise<{ bait: Bait; remove: () => void }> {
  const onPort = createServer((socket) => socket.destroy());
  const onName = createServer((socket) => socket.destroy());
  const abstract = `fedshot-bait-${randomUUID()}`;
  await listening(onPort, 0, '127.0.0.1');
  // Where the system has no abstract sockets there is nothing to reach.
  await listening(onName, `\0${abstract}`).catch(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'fedshot-bait-'));
  const file = join(folder, 'private');
  writeFileSync(file, 'nobody inside may read this', { mode: 0o600 });
  const { port } = onPort.address() as AddressInfo;
  return {
    bait: { namespace: networkNamespace(), port, abstract, file },
    remove: () => {
      onPort.close();
      if (onName.listening) onName.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** E.g. `net:[4026532177]`. */
export function networkNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return 'unknown';
  }
}
