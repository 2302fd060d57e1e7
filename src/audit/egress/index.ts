import type { AuditedLog, Leaf } from '../../shared/log/index.js';
import type { RecordedConnection, Recording } from '../record/index.js';
import type { PublicStore } from '../store.js';
import { claim, type Claim } from '../types.js';
import {
  exchanges,
  methodLimits,
  receivedBudget,
  refusedBytes,
  sentBudget,
  unsentBytes,
  usualRecords,
  type Budget,
  type CertificateSizes,
  type LoggedCall,
} from './budget.js';
import type { KnownCertificates } from './certificates.js';
import { Explainer } from './explain.js';

export interface EgressResult {
  readonly claims: readonly Claim[];
  /** Bytes that no signed artefact and no formula explains, both directions. */
  readonly unexplainedBytes: number;
  /** The most that could have hidden in what is explained, both directions. */
  readonly slackBytes: number;
  readonly connections: readonly ConnectionAccount[];
}

export interface ConnectionAccount {
  readonly connection: number;
  readonly from: string;
  readonly opened: string;
  readonly calls: number;
  readonly sent: Budget;
  readonly received: Budget;
}

export interface EgressInput {
  readonly store: PublicStore;
  readonly log: AuditedLog;
  readonly logDir: string;
  readonly recordings: readonly Recording[];
  /** What is known of certificates, without which more counts as slack. */
  readonly certificates?: KnownCertificates;
}

/** Clocks of proxy and provider may differ by this much. */
const CLOCK_SKEW_MS = 5000;
/**
 * Bytes that the requests of refused calls may have held in one connection: a pull asks for one root
 * more than there is; a mistyped name and a server that asks for patience are refusals more.
 */
const MOST_REFUSED = 1024;

/**
 * Holds three accounts of the same thing against each other: what the proxy counted, what the server
 * logged, and what was signed.
 */
export function auditEgress(input: EgressInput): EgressResult {
  const { log, store, recordings } = input;
  const { certificates = { server: [], sites: new Map<string, number>() } } = input;
  const limits = methodLimits();
  const explainer = new Explainer(store, log, input.logDir);
  const contentFaults = log.leaves.flatMap((leaf) => {
    const fault = explainer.fault(leaf);
    return fault === undefined ? [] : [{ leaf, fault }];
  });
  const connections = recordings.flatMap((recording) => recording.connections);
  const { byConnection, orphans } = match(connections, log.leaves);
  const findings: string[] = [];
  const accounts = connections.map((connection): ConnectionAccount => {
    const calls = byConnection.get(connection) ?? [];
    const peer = calls[0]?.leaves[0]?.peer;
    const site = peer === undefined ? undefined : certificates.sites.get(peer);
    const anonymous = calls.length > 0 && peer === undefined;
    const sizes: CertificateSizes = {
      server: certificates.server,
      client: anonymous ? [] : site === undefined ? undefined : [site],
    };
    const account = {
      connection: connection.connection,
      from: connection.from,
      opened: connection.opened,
      calls: calls.length,
      sent: sentBudget(connection, calls, sizes, limits),
      received: receivedBudget(connection, calls, sizes),
    };
    findings.push(...faults(connection, calls, account));
    const refused = refusedBytes(calls, limits);
    if (refused > MOST_REFUSED)
      findings.push(
        `${placeOf(account)}: up to ${refused} bytes to the provider in requests that were refused`,
      );
    return account;
  });
  const total = (pick: (account: ConnectionAccount) => number): number =>
    accounts.reduce((sum, account) => sum + pick(account), 0);
  const wrong = contentFaults.reduce((sum, { leaf }) => sum + leaf.bytes, 0);
  const unexplainedBytes =
    total(({ sent, received }) => sent.unexplained + received.unexplained) + wrong;
  const slackBytes = total(({ sent, received }) => sent.slack + received.slack);
  const received = total((account) => account.received.observed);
  const receivedSlack = total((account) => account.received.slack);
  const worstSent = Math.max(0, ...accounts.map((account) => account.sent.slack));
  const unknown = [...byConnection.values()].flat().filter(({ method }) => method === 'Other');
  const unknownLine = `calls of methods that there are not, refused: ${unknown.length}, with up to ${refusedBytes(unknown, limits)} bytes to the provider`;
  const orphanLines = orphans.map(
    (leaf) =>
      `leaf ${leaf.sequence}: ${leaf.bytes} bytes to port ${leaf.port}, and no such connection was recorded`,
  );

  return {
    unexplainedBytes,
    slackBytes,
    connections: accounts,
    claims: [
      claim('egress', 'Every message that was logged is part of a signed release', {
        evidence: [
          `${log.leaves.length} leaves, ${log.leaves.reduce((sum, { bytes }) => sum + bytes, 0)} bytes of messages`,
        ],
        findings: contentFaults.map(
          ({ leaf, fault }) =>
            `leaf ${leaf.sequence} (${leaf.method}, ${leaf.bytes} bytes): ${fault}`,
        ),
      }),
      claim('egress', 'Every byte on the wire is that of a logged message or of its framing', {
        evidence: [
          `unexplained bytes: ${unexplainedBytes}`,
          `${connections.length} connections, ${received} bytes from the provider, ${total((account) => account.sent.observed)} to it`,
          ...(unknown.length > 0 ? [unknownLine] : []),
          `slack from the provider: ${receivedSlack} bytes (${percent(receivedSlack, received)})`,
          `slack to the provider: at most ${worstSent} bytes in one connection, ${slackBytes - receivedSlack} in all`,
        ],
        findings: [...findings, ...orphanLines],
        notCovered: [
          'what the slack holds: TLS random numbers, key shares and signatures, header compression, window updates',
          'when messages are sent: timing can carry a few bits a second',
          'a provider and a site that both lie: the proxy sees sizes, not contents; that the contents are those of the log is vouched for by each honest site, which checks every chunk',
        ],
      }),
    ],
  };
}

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? '0' : ((100 * part) / whole).toFixed(3)} %`;

const placeOf = ({ connection, from, opened }: ConnectionAccount): string =>
  `connection ${connection} (${from}, ${opened})`;

function faults(
  { whole, sent, received }: RecordedConnection,
  calls: readonly LoggedCall[],
  account: ConnectionAccount,
): string[] {
  const found: string[] = [];
  const where = placeOf(account);
  for (const [way, direction, budget] of [
    ['to the provider', sent, account.sent],
    ['from the provider', received, account.received],
  ] as const) {
    const { sealed, clear, bytes, other: alien } = direction;
    const parts = clear.reduce((sum, [, length]) => sum + 5 + length, 0);
    if (whole && parts + sealed.bytes + 5 * sealed.records + alien !== bytes)
      found.push(`${where}: the record contradicts itself: ${bytes} bytes ${way}`);
    if (alien > 0) found.push(`${where}: ${alien} bytes ${way} are not TLS`);
    else if (budget.unexplained > 0)
      found.push(`${where}: ${budget.unexplained} bytes ${way} that nothing explains`);
    if (sealed.records > usualRecords(direction, exchanges(calls)))
      found.push(`${where}: ${sealed.records} TLS records ${way}, far more than the messages need`);
  }
  const { missing } = account.received;
  if (missing > unsentBytes(calls, whole))
    found.push(`${where}: ${missing} bytes were logged and never sent`);
  return found;
}

/** Which leaves are of which connection: same port, within its time. */
function match(
  connections: readonly RecordedConnection[],
  leaves: readonly Leaf[],
): { byConnection: Map<RecordedConnection, LoggedCall[]>; orphans: Leaf[] } {
  const byPort = new Map<number, RecordedConnection[]>();
  for (const connection of connections) {
    const list = byPort.get(connection.port) ?? [];
    list.push(connection);
    byPort.set(connection.port, list);
  }
  const calls = new Map<RecordedConnection, Map<number, Leaf[]>>();
  const orphans: Leaf[] = [];
  for (const leaf of leaves) {
    const connection = byPort
      .get(leaf.port)
      ?.find(
        ({ opened, closed }) =>
          leaf.time >= Date.parse(opened) - CLOCK_SKEW_MS &&
          leaf.time <= Date.parse(closed) + CLOCK_SKEW_MS,
      );
    if (!connection) {
      orphans.push(leaf);
      continue;
    }
    let own = calls.get(connection);
    if (!own) calls.set(connection, (own = new Map<number, Leaf[]>()));
    const list = own.get(leaf.call);
    if (list) list.push(leaf);
    else own.set(leaf.call, [leaf]);
  }
  const byConnection = new Map(
    [...calls].map(([connection, own]) => [
      connection,
      [...own.values()].map((list): LoggedCall => ({ method: list[0]!.method, leaves: list })),
    ]),
  );
  return { byConnection, orphans };
}
