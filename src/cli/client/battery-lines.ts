import type { Battery } from '../../client/diagnose/verdict.js';

/** What the battery says, for a terminal: the verdict, then each finding with its remedy. */
export function batteryLines({ outcome, kept, findings }: Battery): string[] {
  const which = kept === 'adapted' ? 'the adapted model is kept' : 'the released model is kept';
  return [
    `verdict: ${outcome}, ${which}`,
    ...findings.map(
      ({ outcome: weight, says, remedy }) => `  ${weight}: ${says}${remedy ? ` → ${remedy}` : ''}`,
    ),
  ];
}
