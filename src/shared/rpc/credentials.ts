import { constants } from 'node:crypto';
import { ServerCredentials } from '@grpc/grpc-js';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

/** The server's certificate and key, and the authority of client certificates. All PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** The CA of client certificates; without it clients stay anonymous. */
  readonly clientCa?: string;
}

/** Most header bytes of a request (32 a field beside its text), and most header fields: ours have about ten. */
export const MAX_HEADER_BYTES = 2048;
const MAX_HEADER_FIELDS = 32;

const contextOf = ({ cert, key, clientCa }: ServerTls): SecureContextOptions => ({
  cert,
  key,
  ca: clientCa,
  minVersion: 'TLSv1.3',
  // Tickets would be hundreds of bytes that nobody but this server can read; connections are few.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Makes sure that these certificates can be used. @throws OpenSSL's error */
export function assertUsable(tls: ServerTls): void {
  createSecureContext(contextOf(tls));
}

/** Whether clients have to show a certificate. */
export const asksOf = ({ clientCa }: ServerTls): boolean => clientCa !== undefined;

/**
 * TLS 1.3 credentials whose certificates can be replaced while the server runs; connections made
 * before keep theirs. grpc-js has no public setting for the HTTP/2 limits, but takes them from here.
 */
export class LiveCredentials extends ServerCredentials {
  readonly asks: boolean;

  constructor(tls: ServerTls, maxStreams: number, handshakeTimeout: number) {
    const asks = asksOf(tls);
    const settings = { maxConcurrentStreams: maxStreams, maxHeaderListSize: MAX_HEADER_BYTES };
    const tlsOptions = { requestCert: asks, rejectUnauthorized: asks, handshakeTimeout };
    super({ ...tlsOptions, settings, maxHeaderListPairs: MAX_HEADER_FIELDS }, contextOf(tls));
    this.asks = asks;
  }

  /** Uses these certificates for every connection from now on. */
  replace(tls: ServerTls): void {
    this.updateSecureContextOptions(contextOf(tls));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
