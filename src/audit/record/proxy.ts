import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { asFedshotError, type FedshotError } from '../../shared/errors.js';
import type { Signer } from '../../shared/release/index.js';
import type { OpenConnection } from './entry.js';
import { RecordCounter } from './framing.js';
import { Keeper } from './keeper.js';
import { Places, type RecorderLimits } from './places.js';
import { RecordWriter } from './writer.js';

export interface ProxyOptions {
  listen: { host: string; port: number };
  to: { host: string; port: number };
  /** Signed JSON lines are added to it. */
  file: string;
  /** Signs each line. */
  key: Signer;
  /** Name and version of the program, for the record. */
  software: string;
  limits?: Partial<RecorderLimits>;
  now?: () => Date;
}

/** A proxy that records. */
export interface Recorder {
  readonly address: string;
  readonly port: number;
  /** Resolves when the record cannot be written any more; by then nothing is passed on. */
  readonly broken: Promise<FedshotError>;
  /** Ends what is under way, and the file. */
  close(): Promise<void>;
}

/** What a recorder allows by default. */
export const RECORDER_LIMITS: RecorderLimits = {
  connections: 2048,
  perAddress: 256,
  idleMs: 300_000,
  halfOpenMs: 30_000,
  markMs: 1000,
  heartbeatMs: 300_000,
};

/**
 * A proxy between provider and sites: it passes on what either sends, byte for byte, counts it and notes
 * the times. It cannot decrypt what passes and keeps none of it. A connection's line is signed, and on
 * the disk, as soon as the connection has ended.
 *
 * @throws FedshotError `network` when the address cannot be had, `io` for the file
 */
export async function startRecorder(options: ProxyOptions): Promise<Recorder> {
  const { listen, to, file, key, software, now = () => new Date() } = options;
  const limits = { ...RECORDER_LIMITS, ...options.limits };
  const writer = RecordWriter.open(file, key);
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  const { address, port } = await listening(server, listen).catch((error: unknown) => {
    writer.close();
    throw error;
  });
  try {
    writer.write({
      fedshotRecord: 2,
      key: Buffer.from(key.publicKey).toString('hex'),
      software,
      listen: `${address}:${port}`,
      to: `${to.host}:${to.port}`,
      started: now().toISOString(),
    });
  } catch (error) {
    server.close();
    writer.close();
    throw error;
  }
  const places = new Places(limits);
  let broke: (error: FedshotError) => void;
  const broken = new Promise<FedshotError>((resolve) => (broke = resolve));
  const onBroken = (error: FedshotError): void => {
    server.close();
    keeper.endAll();
    broke(error);
  };
  const keeper = new Keeper({ writer, limits, now, refused: () => places.refused, onBroken });
  server.on('error', () => undefined); // out of file descriptors: no new connections, but the others continue
  let count = 0;
  server.on('connection', (site: Socket) => {
    const peer = site.remoteAddress ?? '';
    const leave = places.take(peer);
    if (!leave) {
      site.destroy();
      return;
    }
    const about: OpenConnection = {
      connection: count++,
      from: `${peer}:${site.remotePort ?? 0}`,
      port: 0,
      opened: now().toISOString(),
    };
    relay({ site, to, limits, about, keeper, leave });
  });
  return {
    address: `${address}:${port}`,
    port,
    broken,
    close: async () => {
      server.close();
      await keeper.close();
    },
  };
}

interface Relay {
  readonly site: Socket;
  readonly to: { host: string; port: number };
  readonly limits: RecorderLimits;
  readonly about: OpenConnection;
  readonly keeper: Keeper;
  /** Called when the connection is over. */
  readonly leave: () => void;
}

/** Stands between one connection and another to the provider. */
function relay({ site, to, limits, about, keeper, leave }: Relay): void {
  const provider = connect({ ...to, allowHalfOpen: true, noDelay: true });
  const [sent, received] = [new RecordCounter(), new RecordCounter()];
  let cut = false;
  const end = (): void => {
    cut = true;
    site.destroy();
    provider.destroy();
  };
  keeper.opened(about, end);
  provider.once('connect', () => (about.port = provider.localPort ?? 0));
  pass(site, provider, sent);
  pass(provider, site, received);
  endWhenSilent(site, provider, limits, end);
  let closing = 2;
  const closed = (): void => {
    if (--closing > 0) return;
    leave();
    const whole = !cut && sent.pending === 0 && received.pending === 0;
    keeper.ended(about, { whole, sent: sent.counts, received: received.counts });
  };
  for (const socket of [site, provider]) socket.on('error', end).once('close', closed);
  site.resume();
}

function listening(server: Server, at: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void =>
      reject(asFedshotError(error, 'network', `cannot listen on ${at.host}:${at.port}`));
    server.once('error', refused);
    server.listen(at, () => {
      server.off('error', refused);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Hands on what comes, no faster than it is taken; counts what was handed on. */
function pass(from: Socket, into: Socket, counter: RecordCounter): void {
  from.on('data', (chunk: Buffer) => {
    counter.take(chunk);
    if (!into.write(chunk)) from.pause();
  });
  into.on('drain', () => from.resume());
  from.once('end', () => into.end());
}

/** Ends an idle connection, which would take a place that others need. */
function endWhenSilent(
  site: Socket,
  provider: Socket,
  { idleMs, halfOpenMs }: RecorderLimits,
  end: () => void,
): void {
  let wait = idleMs;
  let timer = setTimeout(end, wait);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(end, wait);
  };
  for (const socket of [site, provider]) {
    socket.on('data', heard);
    socket.once('end', () => {
      wait = Math.min(idleMs, halfOpenMs);
      heard();
    });
  }
  const both = [site, provider].map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
  void Promise.all(both).then(() => clearTimeout(timer));
}
