import type { Card } from '../../shared/model/card/index.js';
import type { InputSpec } from '../../shared/preprocessing/input.js';
import type { Variant } from './variants.js';

/** What a model says of the looked-at samples: `features` n × D, `p` n × K, row-major. */
export interface Outlook {
  features: Float32Array;
  p: Float32Array;
}

/** The same samples through the released model, with refreshed batch statistics, and adapted. */
export interface Observations {
  x: Float32Array;
  input: InputSpec;
  classes: number;
  /** Samples at the site, of which `x` may be a part. */
  total: number;
  released: Outlook;
  refreshed: Outlook;
  adapted?: Outlook;
  /** The same through randomly moved samples. */
  moved: { refreshed: Outlook; adapted?: Outlook };
  card?: Card;
  /** Shares of the classes that the site knows and has given (`--prior FILE`). */
  givenPrior?: ArrayLike<number>;
  /** Whether the method evens out no classes: it was given their shares, or any may be absent. */
  informed?: boolean;
  /** Tables: share of the cells of each column that were filled in. */
  missing?: readonly number[];
  /** The samples as they are, then read in other ways; empty for tables and without a card. */
  variants: Variant[];
}
