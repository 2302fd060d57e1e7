import type { Finding, CheckFinding } from './finding.js';
import type { Signals } from './signals.js';

/** Warnings that say the same of an adaptation, each by another figure. */
const DIRECTIONS = {
  clusters: ['class features', 'other classes', 'steadiness'],
  shares: ['missing classes', 'label shift'],
} as const;

/** Estimated accuracy of a released model that is not lost here. */
const NOT_LOST = 0.7;

/**
 * What the findings say together. One warning may be wrong; where several point the same way, adapting is
 * not to be relied on, and neither is the released model: not enough to tell.
 *
 * Classes that hardly any sample is taken for are rare, or the model does not know them here. Evening out
 * the classes is right in the second case alone, which is hardly that of a model that seems right on most
 * samples.
 */
export function combinedFinding(
  findings: readonly Finding[],
  s: Signals,
): CheckFinding | undefined {
  if (s.adaptedClasses === undefined) return undefined;
  const warned = (checks: readonly string[]): Finding[] =>
    findings.filter(({ check, outcome }) => checks.includes(check) && outcome === 'warn');
  const clusters = warned(DIRECTIONS.clusters);
  if (clusters.length > 1)
    return {
      check: 'several warnings',
      outcome: 'undecided',
      says: `not enough to tell: ${clusters.length} checks doubt that the clusters found are the classes of the release (${names(clusters)})`,
      remedy: 'look at the samples and how they are read; score some fifty by hand, then --force',
    };
  const shares = warned(DIRECTIONS.shares);
  const missing = shares.some(({ check }) => check === 'missing classes');
  if (s.informed || !missing) return undefined;
  if (shares.length < 2 && (s.estimatedAccuracy ?? 0) < NOT_LOST) return undefined;
  return {
    check: 'several warnings',
    outcome: 'undecided',
    says: 'not enough to tell: classes seem to be rare or absent here, and adapting shared the samples out evenly',
    remedy:
      '--partial where classes are missing, --prior estimate or --prior FILE where some are rare',
  };
}

const names = (findings: readonly Finding[]): string =>
  findings.map(({ check }) => check).join(', ');
