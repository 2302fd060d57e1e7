import type { Claim, OverallVerdict } from './types.js';

/** PASS only where something was checked, all of it holds, and nothing that was asked for is open. */
export function outcomeOf(claims: readonly Claim[]): OverallVerdict {
  const any = (verdict: Claim['verdict']): boolean =>
    claims.some((claim) => claim.verdict === verdict);
  if (any('FAIL')) return 'FAIL';
  return any('NOT CHECKED') || !any('PASS') ? 'INCOMPLETE' : 'PASS';
}

/** Claims of one part that rest on what another part needs: who leaves that out leaves these out. */
const RESTS_ON: Readonly<Record<string, string>> = { 'log/one': 'site', 'site/wire': 'egress' };

export const LEFT_OUT = 'left out at the auditor’s wish';

/** Open claims that the auditor does not ask for; what was found wrong stays. */
export function leaveOutClaims(claims: readonly Claim[], without: readonly string[]): Claim[] {
  const unasked = ({ id, part }: Claim): boolean =>
    [id, part, RESTS_ON[id]].some((name) => name !== undefined && without.includes(name));
  return claims.map((one) =>
    one.verdict === 'NOT CHECKED' && unasked(one)
      ? { ...one, verdict: 'LEFT OUT', missing: [], notCovered: [LEFT_OUT, ...one.notCovered] }
      : one,
  );
}
