import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { asFedshotError, type FedshotError } from '../../shared/errors.js';
import { fsyncDir } from '../../shared/files.js';
import type { RecordedConnection, RecordHead } from './file.js';
import { RecordCounter } from './framing.js';

export interface ProxyOptions {
  listen: { host: string; port: number };
  to: { host: string; port: number };
  /** JSON lines are added to it. */
  file: string;
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

/**
 * Stands between provider and sites: passes on what either says, byte for byte, counts it and looks at
 * the clock. It has no key and keeps nothing of the content; a connection's line is on the disk as
 * soon as the connection has ended.
 *
 * @throws FedshotError `network` when the address cannot be had, `io` for the file
 */
export async function startRecorder(options: ProxyOptions): Promise<Recorder> {
  const { listen, to, file, now = () => new Date() } = options;
  const fd = openRecord(file);
  const write = (value: RecordHead | RecordedConnection): void => {
    try {
      writeSync(fd, `${JSON.stringify(value)}\n`);
      fsyncSync(fd);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot write ${file}`);
    }
  };
  let broke: (error: FedshotError) => void;
  const broken = new Promise<FedshotError>((resolve) => (broke = resolve));
  write({ fedshotRecord: 1, to: `${to.host}:${to.port}`, started: now().toISOString() });
  let count = 0;
  const open = new Set<() => void>();
  let allWritten: (() => void) | undefined;
  /** What cannot be counted must not pass. */
  const keep = (line: RecordedConnection): void => {
    try {
      write(line);
    } catch (error) {
      server.close();
      for (const end of open) end();
      broke(error as FedshotError);
    }
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.on('connection', (site: Socket) => {
    const connection = count++;
    const opened = now().toISOString();
    const from = `${site.remoteAddress ?? ''}:${site.remotePort ?? 0}`;
    const provider = connect({ ...to, allowHalfOpen: true, noDelay: true });
    const [sent, received] = [new RecordCounter(), new RecordCounter()];
    let cut = false;
    let port = 0;
    const end = (): void => {
      cut = true;
      site.destroy();
      provider.destroy();
    };
    open.add(end);
    provider.once('connect', () => (port = provider.localPort ?? 0));
    pass(site, provider, sent);
    pass(provider, site, received);
    site.on('error', end);
    provider.on('error', end);
    let closing = 2;
    const closed = (): void => {
      if (--closing > 0) return;
      keep({
        connection,
        from,
        port,
        opened,
        closed: now().toISOString(),
        whole: !cut && sent.pending === 0 && received.pending === 0,
        sent: sent.counts,
        received: received.counts,
      });
      open.delete(end);
      if (open.size === 0) allWritten?.();
    };
    site.once('close', closed);
    provider.once('close', closed);
    site.resume();
  });
  const { address, port } = await listening(server, listen);
  return {
    address: `${address}:${port}`,
    port,
    broken,
    close: async () => {
      server.close();
      if (open.size > 0) {
        const done = new Promise<void>((resolve) => (allWritten = resolve));
        for (const end of open) end();
        await done;
      }
      closeSync(fd);
    },
  };
}

function openRecord(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fd = openSync(file, 'a', 0o644);
    fsyncDir(dirname(file));
    return fd;
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${file}`);
  }
}

function listening(server: Server, at: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(asFedshotError(error, 'network', `cannot listen on ${at.host}:${at.port}`)),
    );
    server.listen(at, () => resolve(server.address() as AddressInfo));
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
