import { plain } from './plain.js';

export type AuditPart = 'schema' | 'log' | 'egress' | 'release' | 'data' | 'site';

/** The verdict of one claim. `LEFT OUT`: the auditor has excluded it by name. */
export type Verdict = 'PASS' | 'FAIL' | 'NOT CHECKED' | 'LEFT OUT';

/** The verdict of an audit: PASS only where each claim that was asked for was checked and holds. */
export type OverallVerdict = 'PASS' | 'FAIL' | 'INCOMPLETE';

/** A claim's name, which `--without` takes: its part, and what of it. */
export type ClaimId = `${AuditPart}/${string}`;

/** One thing that is claimed, whether it holds, and why one may think so. */
export interface Claim {
  readonly id: ClaimId;
  readonly part: AuditPart;
  /** A sentence that is true or false. */
  readonly claim: string;
  readonly verdict: Verdict;
  /** What was looked at, with figures. */
  readonly evidence: readonly string[];
  /** What is wrong, each with its place; none when it passes. */
  readonly findings: readonly string[];
  /** What would be needed to check it, and how to get it; none when it was checked. */
  readonly missing: readonly string[];
  readonly notCovered: readonly string[];
}

/** What was found when a claim was checked. */
export interface ClaimFacts {
  readonly evidence?: readonly string[];
  readonly findings?: readonly string[];
  /** Why it could not be checked, or not all of it. */
  readonly missing?: readonly string[];
  readonly notCovered?: readonly string[];
}

/** Some findings are named; the rest is counted. */
const NAMED = 20;

const partOf = (id: ClaimId): AuditPart => id.slice(0, id.indexOf('/')) as AuditPart;

const verdictOf = (findings: readonly string[], missing: readonly string[]): Verdict => {
  if (findings.length > 0) return 'FAIL';
  return missing.length > 0 ? 'NOT CHECKED' : 'PASS';
};

/** A claim that was looked at: what was found wrong fails it, what could not be seen leaves it open. */
export function claim(id: ClaimId, sentence: string, found: ClaimFacts): Claim {
  const [evidence, findings, missing, notCovered] = [
    found.evidence,
    found.findings,
    found.missing,
    found.notCovered,
  ].map((lines = []) => lines.map(plain)) as [string[], string[], string[], string[]];
  const more = findings.length - NAMED;
  return {
    id,
    part: partOf(id),
    claim: plain(sentence),
    verdict: verdictOf(findings, missing),
    evidence,
    findings: [...findings.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])],
    missing,
    notCovered,
  };
}

/** A claim whose artefacts were not given, or that there was nothing to check by. */
export const notChecked = (id: ClaimId, sentence: string, ...missing: string[]): Claim =>
  claim(id, sentence, { missing });
