import type { Finding, CheckFinding } from './finding.js';
import type { Signals } from './signals.js';

/** Warnings about the same fault of an adaptation, each from another figure. */
const DIRECTIONS = {
  clusters: ['class features', 'other classes', 'steadiness'],
  shares: ['missing classes', 'label shift'],
} as const;

/** From this estimated accuracy on, the released model works at the site. */
const NOT_LOST = 0.7;

/**
 * The finding that follows from several warnings. One warning may be wrong. Where several point the same
 * way, neither the adapted nor the released model can be relied on: the verdict is `undecided`.
 *
 * A class that the model predicts for few samples is rare at the site, or the model does not recognise it
 * there. Evening out the classes helps in the second case alone, and the second case is unlikely where the
 * model seems right on most samples.
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
