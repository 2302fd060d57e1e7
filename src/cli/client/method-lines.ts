import type { AdaptResult } from '../../client/adaptation/types.js';
import { SEPARATE } from '../../shared/objective/unknown.js';
import { percent } from '../../shared/report/terminal/index.js';

const right = (accuracy: number | undefined): string =>
  accuracy === undefined ? '' : `, accuracy ${percent(accuracy)}`;

/** What is special about a run, for a terminal: methods tried, sources asked, samples unknown. */
export function methodLines({
  choice,
  sources,
  unknownShare,
  unknownSeparability: apart,
}: AdaptResult): string[] {
  return [
    ...(choice
      ? [
          `method: ${choice.why}`,
          ...choice.candidates.map(
            ({ method, outcome, agreement, views, adaptedAccuracy, seconds }) =>
              `  ${method}: ${outcome}, agreement ${percent(agreement)}, moved κ ${views.toFixed(3)}${right(adaptedAccuracy)}, ${seconds.toFixed(0)} s`,
          ),
        ]
      : []),
    ...(sources
      ? [
          `${sources.length} sources answer together`,
          ...sources.map(
            ({ release, outcome, kept, adaptedAccuracy }) =>
              `  ${release.name} version ${release.version}: ${outcome}, the ${kept === 'adapted' ? 'adapted' : 'released'} model answers${right(adaptedAccuracy)}`,
          ),
        ]
      : []),
    ...(unknownShare === undefined
      ? []
      : [
          `${percent(unknownShare)} of the samples seem to be of no known class${unknownShare > 0 || apart === undefined ? '' : ` (uncertain ones do not stand apart: ${apart.toFixed(2)}, ${SEPARATE} is needed)`}`,
        ]),
  ];
}
