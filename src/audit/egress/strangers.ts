import { claim, type Claim } from '../types.js';
import type { ConnectionAccount, Faults } from './account.js';

/**
 * Our server cuts a client without an accepted call before it has sent as much. A provider that reads
 * more is receiving data.
 */
const MOST_FROM_A_STRANGER = 16 * 2 ** 20;

/** What strangers sent, in all. */
export interface Strangers {
  readonly connections: number;
  readonly bytes: number;
  /** Bytes beyond what a probe may send: it is not known whose they are or what they held. */
  readonly unattributedBytes: number;
}

/**
 * What came from clients that were given no release and showed no certificate. Anybody can connect and
 * send anything: that says nothing against the provider or a site, but it is not known to be harmless
 * either.
 */
export function strangersClaim(of: readonly { account: ConnectionAccount; faults: Faults }[]): {
  claim: Claim;
  strangers: Strangers;
} {
  const some = of.filter(({ account }) => account.who === 'stranger');
  const wide = some.filter(({ faults }) => faults.client.length > 0);
  const isHuge = ({ faults }: { faults: Faults }): boolean =>
    faults.clientBytes > MOST_FROM_A_STRANGER;
  const sum = (list: typeof some, pick: (one: (typeof some)[number]) => number): number =>
    list.reduce((total, one) => total + pick(one), 0);
  const strangers: Strangers = {
    connections: some.length,
    bytes: sum(some, ({ account }) => account.sent.observed),
    unattributedBytes: sum(wide, ({ faults }) => faults.clientBytes),
  };
  const open = wide.filter((one) => !isHuge(one)).flatMap(({ faults }) => faults.client);
  const advice = [
    'nobody can say whose these bytes are: enrol sites (fedshot provision), who then show a certificate, or look at the addresses',
    '--without egress/strangers says that the audit is not about strangers',
  ];
  return {
    strangers,
    claim: claim(
      'egress/strangers',
      'Strangers, who pulled nothing, sent no more than a probe does',
      {
        evidence: [
          `${strangers.connections} connections of strangers, ${strangers.bytes} bytes to the provider, of which ${strangers.unattributedBytes} are more than a probe has`,
        ],
        findings: wide.filter(isHuge).flatMap(({ faults }) => faults.client),
        missing:
          open.length > 0 ? [...open.slice(0, MOST_NAMED), ...more(open.length), ...advice] : [],
        notCovered: ['what a probe may have said: a few kilobytes, which nobody has seen'],
      },
    ),
  };
}

const MOST_NAMED = 20;
const more = (count: number): string[] =>
  count > MOST_NAMED ? [`and ${count - MOST_NAMED} more`] : [];
