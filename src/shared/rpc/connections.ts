/**
 * The connections of a server, and which of them are cut, so that no peer can keep the others out by
 * sending nothing, sending too much or connecting too often.
 */
import { isIPv6, type Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections at once. */
  readonly maxConnections: number;
  /** Of these, from one address (of IPv6 from one /64). */
  readonly maxPerAddress: number;
  /** How long TLS and the first frames of HTTP/2 may take. */
  readonly handshakeMs: number;
}

/** Why the server cut a connection. */
export type Cut =
  | 'too many connections'
  | 'too many connections from there'
  | 'made room for another'
  | 'no handshake in time'
  | 'no whole request in time'
  | 'an answer was not taken in time'
  | 'more bytes than its calls need'
  | 'too many pings'
  | 'too many settings';

interface Connection {
  readonly peer: string;
  readonly socket: Socket;
  /** Its IP address, and what that counts as. */
  readonly remote: string;
  readonly address: string;
  /** Who holds it: the certificate, once it is known, else the address. */
  holder: string;
  readonly opened: number;
  timer: NodeJS.Timeout;
  /** Bytes read before HTTP/2 began; undefined until then. */
  handshakeBytes: number | undefined;
  /** Calls under way, and all there ever were. */
  calls: number;
  allCalls: number;
  pings: number;
  settings: number;
}

/** Bytes that a client may send before HTTP/2 begins: most of them are its certificate chain. */
const HANDSHAKE_BYTES = 16 * 1024;
/** Bytes that a client may send: its settings, per call a request with its header and its end, … */
const BASE_BYTES = 1024;
const CALL_BYTES = 2048;
/** … window updates for what it was sent (clients with small windows need 1 in 600), … */
const UPDATES = 1 / 64;
/** … and pings. A client of this project sends one in 20 s. */
const BYTES_PER_SECOND = 32;
const PING_BURST = 10;
const PINGS_PER_SECOND = 0.2;
const MOST_SETTINGS = 4;

/**
 * Most pings and settings that a connection of this age may send. HTTP/2 answers them by itself, and
 * such answers are not in the log.
 */
export const mostUnasked = (seconds: number): number =>
  PING_BURST + MOST_SETTINGS + Math.ceil(PINGS_PER_SECOND * seconds);

/** An address as it is counted: whoever has one IPv6 address has all of its /64. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] ?? address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  const prefix = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
  return `${prefix.join(':')}::/64`;
}

export class Connections {
  readonly #all = new Map<string, Connection>();
  readonly #perAddress = new Map<string, number>();

  /** @param onCut called with the address of each connection that is cut, and why */
  constructor(
    private readonly limits: ConnectionLimits,
    private readonly onCut: (address: string, why: Cut) => void,
    private readonly now = (): number => performance.now(),
  ) {}

  get size(): number {
    return this.#all.size;
  }

  /** Admits a connection, cuts it, or cuts another in its place. @returns whether it was admitted */
  add(socket: Socket): boolean {
    const remote = socket.remoteAddress ?? '?';
    const address = addressKey(remote);
    const refuse = (why: Cut): false => {
      socket.destroy();
      this.onCut(remote, why);
      return false;
    };
    if ((this.#perAddress.get(address) ?? 0) >= this.limits.maxPerAddress)
      return refuse('too many connections from there');
    if (this.#all.size >= this.limits.maxConnections && !this.#makeRoom(address))
      return refuse('too many connections');
    const peer = `${remote}:${socket.remotePort ?? 0}`;
    const timer = setTimeout(() => {
      this.cut(peer, 'no handshake in time');
    }, this.limits.handshakeMs).unref();
    this.#all.set(peer, {
      peer,
      socket,
      remote,
      address,
      holder: address,
      opened: this.now(),
      timer,
      handshakeBytes: undefined,
      calls: 0,
      allCalls: 0,
      pings: 0,
      settings: 0,
    });
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.once('close', () => {
      if (this.#all.get(peer)?.socket === socket) this.#remove(peer);
    });
    return true;
  }

  /** HTTP/2 has begun. @param certificate of the peer, if it showed one */
  settled(peer: string, certificate: string | undefined): void {
    const connection = this.#all.get(peer);
    if (!connection) return;
    if (++connection.settings > MOST_SETTINGS) this.cut(peer, 'too many settings');
    if (connection.handshakeBytes !== undefined) return;
    clearTimeout(connection.timer);
    connection.handshakeBytes = Math.min(connection.socket.bytesRead, HANDSHAKE_BYTES);
    connection.holder = certificate ?? connection.address;
  }

  /** A call has begun. @returns to be called when it is over */
  called(peer: string): () => void {
    const connection = this.#all.get(peer);
    if (!connection) return () => undefined;
    connection.calls++;
    connection.allCalls++;
    return () => {
      connection.calls--;
    };
  }

  pinged(peer: string): void {
    const connection = this.#all.get(peer);
    if (!connection) return;
    const allowed = PING_BURST + PINGS_PER_SECOND * this.#seconds(connection);
    if (++connection.pings > allowed) this.cut(peer, 'too many pings');
  }

  /** Cuts those that have sent more than their calls need. Call it about once a second. */
  look(): void {
    for (const connection of [...this.#all.values()]) {
      const { socket, handshakeBytes, allCalls, peer } = connection;
      const said = socket.bytesRead - (handshakeBytes ?? 0);
      const may =
        handshakeBytes === undefined
          ? HANDSHAKE_BYTES
          : BASE_BYTES +
            CALL_BYTES * allCalls +
            UPDATES * socket.bytesWritten +
            BYTES_PER_SECOND * this.#seconds(connection);
      if (said > may) this.cut(peer, 'more bytes than its calls need');
    }
  }

  /** Cuts one. @param why undefined where the caller logs the reason itself */
  cut(peer: string, why?: Cut): void {
    const connection = this.#all.get(peer);
    if (!connection) return;
    this.#remove(peer);
    connection.socket.destroy();
    if (why !== undefined) this.onCut(connection.remote, why);
  }

  cutAll(): void {
    for (const peer of [...this.#all.keys()]) this.cut(peer);
  }

  #seconds({ opened }: Connection): number {
    return (this.now() - opened) / 1000;
  }

  #remove(peer: string): void {
    const connection = this.#all.get(peer);
    if (!connection) return;
    clearTimeout(connection.timer);
    this.#all.delete(peer);
    const left = (this.#perAddress.get(connection.address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(connection.address, left);
    else this.#perAddress.delete(connection.address);
  }

  /**
   * Cuts a connection of the address that has the most, if that is more than the newcomer's has: first
   * one that has not finished its handshake or has no call, and of these the oldest.
   */
  #makeRoom(newcomer: string): boolean {
    const held = new Map<string, Connection[]>();
    for (const connection of this.#all.values())
      held.set(connection.holder, [...(held.get(connection.holder) ?? []), connection]);
    const most = [...held.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    if (most.length <= (held.get(newcomer)?.length ?? 0) + 1) return false;
    const victim = most.find(({ calls }) => calls === 0) ?? most[0];
    if (!victim) return false;
    this.cut(victim.peer, 'made room for another');
    return true;
  }
}
