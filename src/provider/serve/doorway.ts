import type { RpcServer, ServerTls } from '../../shared/rpc/index.js';
import type { Access } from './access.js';
import type { Door } from './door.js';
import type { Desk } from './record.js';

/** The certificate that a server shows, and its key, PEM. */
export interface ShownCertificate {
  readonly cert: string;
  readonly key: string;
}

interface DoorwayOptions {
  readonly access: Access;
  /** Undefined in the clear. */
  readonly shown: ShownCertificate | undefined;
  readonly load: () => Promise<ShownCertificate | undefined>;
  readonly door: Door;
  readonly desk: Desk;
}

/** Wait before a certificate that could not be read is read again. */
const RETRY_MS = 30_000;

/**
 * Who may come in now, and what TLS asks of clients. Both change together or not at all: otherwise a
 * client could connect without a certificate after sites were enrolled.
 */
export class Doorway {
  #access: Access;
  #shown: ShownCertificate | undefined;
  #server: RpcServer | undefined;
  #reading: Promise<void> = Promise.resolve();
  #retryAt = Infinity;

  constructor(private readonly options: DoorwayOptions) {
    this.#access = options.access;
    this.#shown = options.shown;
  }

  get access(): Access {
    return this.#access;
  }

  get tls(): ServerTls | undefined {
    return this.#shown && { ...this.#shown, clientCa: this.#access.clientCa };
  }

  /** The server whose TLS settings follow from now on. */
  attach(server: RpcServer): void {
    this.#server = server;
  }

  /** How many clients are connected. */
  connections(): number {
    return this.#server?.connections() ?? 0;
  }

  /** Cuts the connection of a peer, as `getPeer` names it. */
  disconnect(peer: string): void {
    this.#server?.disconnect(peer);
  }

  /** Reads sites and policy again, and ends the streams that are no longer allowed. */
  readAccess(): void {
    this.#use(this.options.door.reopen(), this.#shown);
  }

  /** Reads the server's certificate again; tries again later where that fails. */
  readTls(): Promise<void> {
    const { load, desk } = this.options;
    this.#reading = this.#reading.then(async () => {
      this.#retryAt = Infinity;
      try {
        const shown = await load();
        if (!this.#use(this.#access, shown)) this.#retryAt = performance.now() + RETRY_MS;
      } catch (error) {
        this.#retryAt = performance.now() + RETRY_MS;
        desk.log.error(
          { err: error },
          "cannot use the server's certificate; going on with the one before",
        );
      }
    });
    return this.#reading;
  }

  /** Ends the streams that are no longer allowed; called regularly, since certificates expire. */
  look(): void {
    const { running, sums } = this.options.desk;
    running.look((peer, why) => {
      const reason = why instanceof Error ? why.message : String(why);
      sums.line('warn', `ended ${peer}`, { peer, reason }, 'ended in the middle');
      this.disconnect(peer);
    });
    if (performance.now() >= this.#retryAt) void this.readTls();
  }

  #use(access: Access, shown: ShownCertificate | undefined): boolean {
    const { log } = this.options.desk;
    const before = this.#access;
    try {
      if (shown && (shown !== this.#shown || access.clientCa !== before.clientCa))
        this.#server?.replaceTls({ ...shown, clientCa: access.clientCa });
    } catch (error) {
      log.error({ err: error }, 'cannot use what changed; going on with what was read before');
      this.look(); // revocations count all the same
      return false;
    }
    this.#shown = shown;
    this.#access = access;
    // Clients that connected before certificates were asked for have to connect again.
    if (before.clientCa === undefined && access.clientCa !== undefined)
      this.#server?.disconnectAll();
    this.look();
    return true;
  }
}
