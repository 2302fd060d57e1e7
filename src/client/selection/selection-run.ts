import type { AdaptResult } from '../adaptation/types.js';
import type { Battery, Judged, Outlook } from '../diagnostics/index.js';

/** What method selection looks at of a run; all of them on the same samples. */
export interface SelectionRun {
  result: Pick<AdaptResult, 'method' | 'adaptedAccuracy' | 'seconds'> & {
    battery: Judged & {
      signals: Pick<
        Battery['signals'],
        | 'adaptedViews'
        | 'refreshedViews'
        | 'adaptedClasses'
        | 'refreshedClasses'
        | 'steadiness'
        | 'agreementBalanced'
      >;
    };
  };
  observations: { released: Pick<Outlook, 'p'>; adapted?: Pick<Outlook, 'p'> };
}

/** κ with moved samples; the released model is not looked at with those, but refreshed it is. */
export const movedKappa = ({ result: { battery } }: SelectionRun): number =>
  battery.signals.adaptedViews ?? battery.signals.refreshedViews;
