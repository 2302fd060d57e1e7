import type { Battery } from '../../client/diagnose/verdict.js';

/** What the battery says, for a terminal: the verdict, then each finding with its remedy. */
export function batteryLines({ outcome, kept, epoch, findings }: Battery): string[] {
  const adapted = `the adapted model ${epoch ? `of epoch ${epoch} ` : ''}is kept`;
  const which = kept === 'adapted' ? adapted : 'the released model is kept';
  return [
    `verdict: ${outcome}, ${which}`,
    ...findings.map(
      ({ outcome: weight, says, remedy }) => `  ${weight}: ${says}${remedy ? ` → ${remedy}` : ''}`,
    ),
  ];
}
