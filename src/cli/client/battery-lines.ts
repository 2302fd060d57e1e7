import type { Diagnosis } from '../../client/diagnostics/site.js';
import type { Battery, Finding } from '../../client/diagnostics/verdict.js';

/** What the battery says of an adaptation, for a terminal: the verdict, then each finding. */
export function batteryLines({ outcome, kept, epoch, findings }: Battery): string[] {
  const adapted = `the adapted model ${epoch ? `of epoch ${epoch} ` : ''}is kept`;
  const which = kept === 'adapted' ? adapted : 'the released model is kept';
  return [`verdict: ${outcome}, ${which}`, ...findings.map(findingLine)];
}

/** What the battery says where nothing is adapted. */
export function diagnosisLines({ n, judged, battery: { outcome, findings } }: Diagnosis): string[] {
  const good = outcome === 'ok' || outcome === 'warn';
  const [what, verdict] =
    judged === 'data'
      ? ['before adapting', good ? outcome : `${outcome}: adapt would keep the released model`]
      : [
          'with the model adapted before',
          good ? outcome : 'the adapted model does not fit these samples: adapt anew',
        ];
  return [`${n} samples, ${what}`, `verdict: ${verdict}`, ...findings.map(findingLine)];
}

const findingLine = ({ outcome, says, remedy }: Finding): string =>
  `  ${outcome}: ${says}${remedy ? ` → ${remedy}` : ''}`;
