import type { RecordedConnection } from '../record/index.js';
import {
  receivedBudget,
  sentBudget,
  SEAL,
  unsentBytes,
  type EgressBudget,
  type CertificateSizes,
} from './budget.js';
import { exchanges, refusedBytes, type LoggedCall, type methodLimits } from './calls.js';
import type { KnownCertificates } from './certificates.js';

/** One connection: what it may have carried, and what it did. */
export interface ConnectionAccount {
  readonly connection: number;
  readonly from: string;
  readonly opened: string;
  readonly closed: string;
  readonly calls: number;
  /** A site has shown a certificate, or was given a release; anybody else is a stranger. */
  readonly who: 'site' | 'stranger';
  /** Whether chunks of a release were sent. */
  readonly pulled: boolean;
  readonly sent: EgressBudget;
  readonly received: EgressBudget;
}

/** What is wrong with a connection, by who is responsible. */
export interface Faults {
  /** The provider's direction, and the record itself. */
  readonly provider: readonly string[];
  /** The direction of whoever connected. */
  readonly client: readonly string[];
  /** Unexplained bytes of the client, or bytes whose content was never checked. */
  readonly clientBytes: number;
}

/**
 * Bytes that the requests of refused calls may have held in one connection: a pull asks for one root
 * more than there is; a mistyped name and a server that asks for patience are refusals more.
 */
const MOST_REFUSED = 1024;

const RELEASES = new Set(['GetManifest', 'GetChunks']);

/** Strangers can send bytes that fit no budget; a site that was given a release must keep to its own. */
function whoIs(calls: readonly LoggedCall[]): ConnectionAccount['who'] {
  const known = calls.some(({ method, leaves }) =>
    leaves.some(({ peer, status }) => peer !== undefined || (status === 0 && RELEASES.has(method))),
  );
  return known ? 'site' : 'stranger';
}

export function accountOf(
  connection: RecordedConnection,
  calls: readonly LoggedCall[],
  certificates: KnownCertificates,
  limits: ReturnType<typeof methodLimits>,
): { account: ConnectionAccount; faults: Faults } {
  const peer = calls[0]?.leaves[0]?.peer;
  const site = peer === undefined ? undefined : certificates.sites.get(peer);
  const anonymous = calls.length > 0 && peer === undefined;
  const sizes: CertificateSizes = {
    server: certificates.server,
    client: anonymous ? [] : site === undefined ? undefined : [site],
  };
  const who = whoIs(calls);
  const sent = sentBudget(connection, calls, sizes, limits);
  // What a stranger sends beyond a budget is answered in part by the protocol itself, once it speaks TLS.
  const asked = who === 'stranger' && connection.sent.other === 0 ? sent.unexplained : 0;
  const account: ConnectionAccount = {
    connection: connection.connection,
    from: connection.from,
    opened: connection.opened,
    closed: connection.closed,
    calls: calls.length,
    who,
    pulled: calls.some(
      ({ method, leaves }) => method === 'GetChunks' && leaves.some(({ status }) => status === 0),
    ),
    sent,
    received: receivedBudget(connection, calls, sizes, asked),
  };
  return { account, faults: faultsOf(connection, calls, account, refusedBytes(calls, limits)) };
}

export const placeOf = ({ connection, from, opened }: ConnectionAccount): string =>
  `connection ${connection} (${from}, ${opened})`;

function faultsOf(
  connection: RecordedConnection,
  calls: readonly LoggedCall[],
  account: ConnectionAccount,
  refused: number,
): Faults {
  const where = placeOf(account);
  const { whole } = connection;
  const requests = exchanges(calls);
  const provider = [
    ...contradictions(connection, 'sent', 'to'),
    ...contradictions(connection, 'received', 'from'),
    ...excess(connection.received, account.received, 'from', requests),
  ];
  const { missing } = account.received;
  if (missing > unsentBytes(calls, whole))
    provider.push(`${missing} bytes were logged and never sent`);
  const client = excess(connection.sent, account.sent, 'to', requests);
  const tooMany = refused > MOST_REFUSED;
  if (tooMany) client.push(`up to ${refused} bytes to the provider in requests that were refused`);
  const at = (line: string): string => `${where}: ${line}`;
  return {
    provider: provider.map(at),
    client: client.map(at),
    clientBytes: account.sent.unexplained + (tooMany ? refused : 0),
  };
}

/** A record's figures have to agree with each other. */
function contradictions(
  connection: RecordedConnection,
  direction: 'sent' | 'received',
  way: 'to' | 'from',
): string[] {
  const { sealed, clear, bytes, other } = connection[direction];
  const parts = clear.reduce((sum, [, length]) => sum + 5 + length, 0);
  return connection.whole && parts + sealed.bytes + 5 * sealed.records + other !== bytes
    ? [`the record contradicts itself: ${bytes} bytes ${way} the provider`]
    : [];
}

/** More records than this say something by their number. */
function usualRecords(direction: RecordedConnection['sent'], requests: number): number {
  const plain = direction.sealed.bytes - SEAL * direction.sealed.records;
  return 32 + 6 * requests + 2 * Math.ceil(plain / 8192);
}

function excess(
  direction: RecordedConnection['sent'],
  { unexplained, answers = 0 }: EgressBudget,
  way: 'to' | 'from',
  requests: number,
): string[] {
  const found: string[] = [];
  const { other, sealed } = direction;
  if (unexplained > 0)
    found.push(
      other > 0
        ? `${other} bytes ${way} the provider are not TLS`
        : `${unexplained} bytes ${way} the provider that nothing explains`,
    );
  if (sealed.records > usualRecords(direction, requests) + answers)
    found.push(
      `${sealed.records} TLS records ${way} the provider, far more than the messages need`,
    );
  return found;
}
