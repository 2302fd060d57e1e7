export type Part = 'schema' | 'log' | 'egress' | 'release' | 'data' | 'site';
export type Verdict = 'PASS' | 'FAIL' | 'NOT CHECKED';

/** One thing that is claimed, whether it holds, and why one may think so. */
export interface Claim {
  readonly part: Part;
  /** A sentence that is true or false. */
  readonly claim: string;
  readonly verdict: Verdict;
  /** What was looked at, with figures. */
  readonly evidence: readonly string[];
  /** What is wrong, each with its place; none when it passes. */
  readonly findings: readonly string[];
  readonly notCovered: readonly string[];
}

/** Some findings are named; the rest is counted. */
const NAMED = 20;

export function claim(
  part: Part,
  sentence: string,
  found: {
    evidence: readonly string[];
    findings: readonly string[];
    notCovered?: readonly string[];
  },
): Claim {
  const { evidence, findings, notCovered = [] } = found;
  const more = findings.length - NAMED;
  return {
    part,
    claim: sentence,
    verdict: findings.length === 0 ? 'PASS' : 'FAIL',
    evidence,
    findings: [...findings.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])],
    notCovered,
  };
}

/** A claim whose artefacts were not given. */
export function notChecked(part: Part, sentence: string, why: string): Claim {
  return {
    ...{ part, claim: sentence, evidence: [], findings: [] },
    verdict: 'NOT CHECKED',
    notCovered: [why],
  };
}
