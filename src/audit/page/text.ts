import pc from 'picocolors';
import type { AuditResult } from '../audit.js';
import type { Claim, OverallVerdict, Verdict } from '../types.js';
import { verdictText } from './summary.js';

const MARK: Record<Verdict, string> = { PASS: '✓', FAIL: '✗', 'NOT CHECKED': '?', 'LEFT OUT': '–' };
const COLOUR: Record<OverallVerdict, (text: string) => string> = {
  PASS: pc.green,
  FAIL: pc.red,
  INCOMPLETE: pc.yellow,
};

/** Enough for the schema, whose last line is the sum. */
const LINES = 12;

/** One claim as a terminal shows it. */
export const claimLines = (one: Claim): string =>
  [
    `${MARK[one.verdict]} ${one.verdict.padEnd(4)}  ${one.part}: ${one.claim}`,
    ...one.findings.map((line) => `         ✗ ${line}`),
    ...one.missing.map((line) => `         missing: ${line}`),
    ...one.evidence.slice(0, LINES).map((line) => `         ${line}`),
    ...(one.evidence.length > LINES
      ? [`         and ${one.evidence.length - LINES} more in --json and --html`]
      : []),
    ...one.notCovered.map((line) => `         not covered: ${line}`),
  ].join('\n');

/** What is missing comes first: without it the rest says less than it seems to. */
function missingLines({ verdict, missing, claims }: AuditResult): string[] {
  if (missing.length === 0) return [];
  const open = claims.filter((claim) => claim.verdict === 'NOT CHECKED').length;
  const head = `${verdict}: ${open} of ${claims.length} claims could not be checked. What is missing:`;
  return [COLOUR[verdict](head), ...missing.map((line) => `  → ${line}`), ''];
}

/** The page as a terminal shows it. */
export function auditText(result: AuditResult): string {
  const { verdict, claims, unexplainedBytes, slackBytes } = result;
  const bytes =
    unexplainedBytes === null
      ? []
      : [`unexplained bytes: ${unexplainedBytes}`, `slack: ${slackBytes ?? 0} bytes`];
  return [
    ...missingLines(result),
    ...claims.map(claimLines),
    '',
    [COLOUR[verdict](`audit: ${verdictText(result)}`), ...bytes].join(', '),
  ].join('\n');
}
