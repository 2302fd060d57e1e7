import { count } from '../../shared/report/terminal/index.js';
import type { AuditResult } from '../audit.js';
import { AUDIT_PARTS } from '../names.js';
import type { Claim } from '../types.js';

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** `Between 3 May 2026 and 9 May 2026`, or the hours of one day; UTC. */
export function periodText({ from, until }: { from: string; until: string }): string {
  const [first, last] = [new Date(from), new Date(until)];
  const [day, other] = [DAY.format(first), DAY.format(last)];
  if (day !== other) return `Between ${day} and ${other}`;
  const [start, end] = [CLOCK.format(first), CLOCK.format(last)];
  return start === end ? `On ${day} at ${start} UTC` : `On ${day} between ${start} and ${end} UTC`;
}

const plural = (n: number, one: string, more = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : more}`;

/** The verdict in words, with what it does not cover. */
export function verdictText({ verdict, parts, without, claims }: AuditResult): string {
  const some = parts.length < AUDIT_PARTS.length ? ` of the part ${parts.join(', ')}` : '';
  const left = without.filter((name) => claims.some(isLeftOutBy(name)));
  return `${verdict}${some}${left.length > 0 ? ` (without ${left.join(', ')})` : ''}`;
}

const isLeftOutBy =
  (name: string) =>
  ({ verdict, id, part }: Claim): boolean =>
    verdict === 'LEFT OUT' && (id === name || part === name);

/** The network traffic in words, for a reader who knows none of the terms. */
function wireSentences(result: AuditResult): string[] {
  const { about, connections, unexplainedBytes, slackBytes, strangers } = result;
  if (unexplainedBytes === null || strangers === null)
    return ['What passed over the network was not looked at.'];
  const when = about.period ? `${periodText(about.period)}: ` : '';
  const pulls = connections.filter(({ pulled }) => pulled).length;
  const left = connections.reduce((sum, { received }) => sum + received.observed, 0);
  return [
    `${when}${plural(pulls, 'pull')} of released models in ${plural(connections.length, 'connection')}; ${plural(left, 'byte')} left the provider.`,
    `${plural(unexplainedBytes, 'unexplained byte')}; up to ${plural(slackBytes ?? 0, 'byte')} could not be judged, since encryption needs some that nobody can foresee.`,
    ...(strangers.unattributedBytes > 0
      ? [
          `${plural(strangers.unattributedBytes, 'byte')} came from strangers, who were given nothing; nobody can say what they were.`,
        ]
      : []),
  ];
}

function verdictSentence({ verdict, claims }: AuditResult): string {
  const of = (wanted: Claim['verdict']): number =>
    claims.filter((claim) => claim.verdict === wanted).length;
  const [held, failed, open] = [of('PASS'), of('FAIL'), of('NOT CHECKED')];
  const still = open > 0 ? ` ${plural(open, 'claim')} could not be checked.` : '';
  if (verdict === 'FAIL')
    return `${plural(failed, 'claim does', 'claims do')} not hold; what is wrong is named below. ${plural(held, 'claim holds', 'claims hold')}.${still}`;
  if (verdict === 'INCOMPLETE')
    return `The audit is not complete: ${plural(open, 'claim')} that it was asked for could not be checked. ${plural(held, 'claim holds', 'claims hold')}, none was found wrong.`;
  return `All ${plural(held, 'claim')} that this audit was asked for were checked and hold.`;
}

/** One paragraph that a layman reads. */
export const paragraph = (result: AuditResult): string =>
  [verdictSentence(result), ...wireSentences(result)].join(' ');
