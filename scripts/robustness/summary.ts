import { isAccepted } from '../../src/client/diagnostics/index.js';
import type { Finding, Signals, VerdictOutcome } from '../../src/client/diagnostics/index.js';

/** One case that was run. */
export interface Row {
  set: string;
  source: string;
  name: string;
  seed: number;
  method: string;
  n: number;
  K: number;
  /** True accuracies of the released and of the adapted model. */
  before: number;
  after: number;
  seconds: number;
  outcome: VerdictOutcome;
  findings: Finding[];
  signals: Signals;
}

/** Harm: two points lost or more. Hopeless: less than twice chance. Healthy: two points won. */
export type Truth = 'harmful' | 'hopeless' | 'healthy' | 'indifferent';

export function truthOf({ before, after, K }: Pick<Row, 'before' | 'after' | 'K'>): Truth {
  if (after - before < -0.02) return 'harmful';
  if (after < 2 / K) return 'hopeless';
  return after - before > 0.02 ? 'healthy' : 'indifferent';
}

const keepsSource = (outcome: VerdictOutcome): boolean => !isAccepted({ outcome });
const percent = (share: number): string => (100 * share).toFixed(1);

/** The table of a set of cases in Markdown, with its misses and false alarms. */
export function summary(set: string, rows: readonly Row[]): string {
  const bad = rows.filter((row) => ['harmful', 'hopeless'].includes(truthOf(row)));
  const healthy = rows.filter((row) => truthOf(row) === 'healthy');
  const caught = bad.filter(({ outcome }) => outcome !== 'ok');
  const undone = bad.filter(({ outcome }) => keepsSource(outcome));
  const alarms = healthy.filter(({ outcome }) => keepsSource(outcome));
  const warned = healthy.filter(({ outcome }) => outcome === 'warn');
  const read = warned.filter(({ findings }) =>
    findings.some(({ check, outcome }) => check === 'input reading' && outcome === 'warn'),
  );
  const share = (a: readonly Row[], b: readonly Row[]): string =>
    `${a.length} of ${b.length} (${b.length > 0 ? percent(a.length / b.length) : '–'} %)`;
  const name = (row: Row): string => `${row.source}: ${row.name}, seed ${row.seed}`;
  const line = (row: Row): string =>
    `| ${row.source} | ${row.name} | ${row.seed} | ${row.method} | ${percent(row.before)} | ${percent(row.after)} | ${truthOf(row)} | ${row.outcome} | ${row.findings
      .filter(({ outcome }) => outcome !== 'ok')
      .map(({ check }) => check)
      .join(', ')} |`;
  const order = [...rows].sort(
    (a, b) => truthOf(a).localeCompare(truthOf(b)) || b.after - b.before - (a.after - a.before),
  );
  return [
    `## ${set}: ${rows.length} cases`,
    '',
    '| source | case | seed | method | before | after | in truth | verdict | checks |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...order.map(line),
    '',
    `harmful or hopeless, flagged: ${share(caught, bad)}; released model kept: ${share(undone, bad)}`,
    `healthy, refused, rolled back or undecided: ${share(alarms, healthy)}; warned: ${share(warned, healthy)}, ${read.length} of them to read the images in another way`,
    `missed: ${
      bad
        .filter(({ outcome }) => outcome === 'ok')
        .map(name)
        .join('; ') || 'none'
    }`,
    `false alarms: ${alarms.map(name).join('; ') || 'none'}`,
    '',
  ].join('\n');
}
