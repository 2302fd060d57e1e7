import type { AuditedLog, Leaf } from '../../shared/log/index.js';
import { recordClaim } from '../record/claim.js';
import type { RecordFile } from '../record/index.js';
import type { PublicStore } from '../release/store.js';
import { claim, type Claim } from '../types.js';
import { accountOf, type ConnectionAccount, type Faults } from './account.js';
import { methodLimits, refusedBytes, type LoggedCall } from './calls.js';
import type { KnownCertificates } from './certificates.js';
import { Explainer } from './explain.js';
import { match, type Matched } from './match.js';
import { strangersClaim, type Strangers } from './strangers.js';

export type { ConnectionAccount } from './account.js';
export type { Strangers } from './strangers.js';

export interface EgressResult {
  readonly claims: readonly Claim[];
  /** Bytes that no signed artefact and no formula explains: the provider's, and those of sites. */
  readonly unexplainedBytes: number;
  /** Slack of both directions: the most that could be hidden in explained bytes. */
  readonly slackBytes: number;
  readonly strangers: Strangers;
  readonly connections: readonly ConnectionAccount[];
  /** Leaves from before the recorder was there. */
  readonly before: number;
}

export interface EgressInput {
  readonly store: PublicStore;
  readonly log: AuditedLog;
  readonly logDir: string;
  readonly recordings: readonly RecordFile[];
  /** Sizes of known certificates; unknown ones count as slack. */
  readonly certificates?: KnownCertificates;
  /** Leaves before this one were written before there was a recorder. */
  readonly first?: number;
  /** Key id of the recorder that the auditor trusts. */
  readonly recorderKey?: string;
}

type Accounted = readonly { account: ConnectionAccount; faults: Faults }[];

/**
 * Compares three accounts of the same traffic: what the proxy counted, what the server logged, and
 * what was signed.
 */
export function auditEgress(input: EgressInput): EgressResult {
  const { log, store, recordings, first = 0 } = input;
  const { certificates = { server: [], sites: new Map<string, number>() } } = input;
  const limits = methodLimits();
  const connections = recordings.flatMap((recording) => recording.connections);
  const open = recordings.flatMap((recording) => recording.open);
  const matched = match(connections, open, log.leaves);
  const of = connections.map((connection) =>
    accountOf(connection, matched.byConnection.get(connection) ?? [], certificates, limits),
  );
  const accounts = of.map(({ account }) => account);
  const total = (pick: (account: ConnectionAccount) => number): number =>
    accounts.reduce((sum, account) => sum + pick(account), 0);
  const messages = messagesClaim(log, new Explainer(store, log, input.logDir));
  const unexplainedBytes =
    messages.wrongBytes +
    total(
      ({ received, sent, who }) => received.unexplained + (who === 'site' ? sent.unexplained : 0),
    );
  const unwatched =
    connections.length === 0
      ? ['0 connections were recorded: let sites pull through the recorder (fedshot audit record)']
      : [];
  const openLines = open.map(
    ({ connection, from, opened }) =>
      `connection ${connection} (${from}, ${opened}) was not over when the record ended: let it end, and copy record and log again`,
  );
  const uncertain =
    connections.length > 0 && certificates.server.length === 0
      ? ['the certificates that the server has shown (certificates/ in the folder of the log)']
      : [];
  const { claim: strangers, strangers: figures } = strangersClaim(of);
  return {
    unexplainedBytes,
    slackBytes: total(({ sent, received }) => sent.slack + received.slack),
    strangers: figures,
    connections: accounts,
    before: matched.orphans.filter(({ sequence }) => sequence < first).length,
    claims: [
      recordClaim(recordings, input.recorderKey),
      messages.claim,
      wireClaim({
        of,
        matched,
        first,
        unexplainedBytes,
        missing: [...unwatched, ...openLines, ...uncertain],
      }),
      sitesClaim(of, [...matched.byConnection.values()].flat(), [...unwatched, ...openLines]),
      unwatched.length === 0
        ? strangers
        : claim('egress/strangers', strangers.claim, { missing: unwatched }),
    ],
  };
}

function messagesClaim(
  { leaves }: AuditedLog,
  explainer: Explainer,
): { claim: Claim; wrongBytes: number } {
  const wrong = leaves.flatMap((leaf) => {
    const fault = explainer.fault(leaf);
    return fault === undefined ? [] : [{ leaf, fault }];
  });
  const bytes = (list: readonly Leaf[]): number => list.reduce((sum, leaf) => sum + leaf.bytes, 0);
  return {
    wrongBytes: bytes(wrong.map(({ leaf }) => leaf)),
    claim: claim('egress/messages', 'Every message that was logged is part of a signed release', {
      evidence: [`${leaves.length} leaves, ${bytes(leaves)} bytes of messages`],
      findings: wrong.map(
        ({ leaf, fault }) =>
          `leaf ${leaf.sequence} (${leaf.method}, ${leaf.bytes} bytes): ${fault}`,
      ),
      missing: leaves.length === 0 ? ['0 messages were logged: nothing was sent yet'] : [],
    }),
  };
}

interface Wire {
  of: Accounted;
  matched: Matched;
  first: number;
  unexplainedBytes: number;
  missing: readonly string[];
}

function wireClaim({ of, matched, first, unexplainedBytes, missing }: Wire): Claim {
  const accounts = of.map(({ account }) => account);
  const sum = (pick: (account: ConnectionAccount) => number): number =>
    accounts.reduce((total, account) => total + pick(account), 0);
  const received = sum((account) => account.received.observed);
  const slack = sum((account) => account.received.slack);
  const before = matched.orphans.filter(({ sequence }) => sequence < first);
  const orphans = matched.orphans.filter(({ sequence }) => sequence >= first);
  const sentence = 'Every byte from the provider is that of a logged message or of its framing';
  return claim('egress/wire', sentence, {
    evidence: [
      `unexplained bytes: ${unexplainedBytes}`,
      `${of.length} connections, ${received} bytes from the provider, ${sum((account) => account.sent.observed)} to it`,
      `slack from the provider: ${slack} bytes (${percent(slack, received)})`,
    ],
    findings: [
      ...of.flatMap(({ faults }) => faults.provider),
      ...orphans.map(
        (leaf) =>
          `leaf ${leaf.sequence}: ${leaf.bytes} bytes to port ${leaf.port}, and no such connection was recorded`,
      ),
    ],
    missing,
    notCovered: [
      ...(first > 0
        ? [
            `the wire before leaf ${first} (--since): ${before.length} leaves of which no connection was recorded`,
          ]
        : []),
      'what the slack holds: TLS random numbers, key shares and signatures, header compression, window updates',
      'when messages are sent: timing can carry a few bits a second',
      'a provider and a site that both lie: the proxy sees sizes, not contents; that the contents are those of the log is vouched for by each honest site, which checks every chunk',
    ],
  });
}

function sitesClaim(
  of: Accounted,
  calls: readonly LoggedCall[],
  missing: readonly string[],
): Claim {
  const sites = of.filter(({ account }) => account.who === 'site');
  const slacks = sites.map(({ account }) => account.sent.slack);
  const unknown = calls.filter(({ method }) => method === 'Other');
  const none =
    sites.length === 0 && missing.length === 0
      ? ['0 connections of sites: nobody was given a release through the recorder']
      : [];
  return claim('egress/sites', 'Sites sent no more than their calls need', {
    evidence: [
      `${sites.length} connections of sites, ${sites.reduce((sum, { account }) => sum + account.sent.observed, 0)} bytes to the provider`,
      `slack to the provider: at most ${Math.max(0, ...slacks)} bytes in one connection, ${slacks.reduce((a, b) => a + b, 0)} in all`,
      ...(unknown.length > 0
        ? [
            `calls of methods that there are not, refused: ${unknown.length}, with up to ${refusedBytes(unknown, methodLimits())} bytes to the provider`,
          ]
        : []),
    ],
    findings: sites.flatMap(({ faults }) => faults.client),
    missing: [...missing, ...none],
    notCovered: ['what the slack holds, as for the provider'],
  });
}

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? '0' : ((100 * part) / whole).toFixed(3)} %`;
