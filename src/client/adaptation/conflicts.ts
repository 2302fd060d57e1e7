import { FedshotError } from '../../shared/errors.js';
import type { AutoOptions } from './types.js';

/** Methods whose loss has a term for the shares of the classes. */
const WITH_PRIOR: readonly AutoOptions['method'][] = ['shot', 'shot-im', 'shot++', 'auto'];

/** Methods that take no training steps. */
const WITHOUT_STEPS: readonly AutoOptions['method'][] = ['source', 'bn', 't3a'];

/**
 * Refuses options of which one would be without effect.
 * @throws FedshotError `usage`
 */
export function assertNoConflict({
  method = 'shot',
  budget,
  partial,
  prior,
  augment = 'none',
}: Omit<AutoOptions, 'resume'>): void {
  const refuse = (message: string, hint: string): never => {
    throw new FedshotError('usage', message, { hint });
  };
  if (budget !== undefined && method !== 'auto')
    refuse(`--budget has no effect with --method ${method}`, 'it is for --method auto');
  if (partial && prior)
    refuse(
      '--partial and --prior exclude each other',
      'a partial set has no term for the shares of its classes',
    );
  for (const [flag, given] of Object.entries({ '--partial': partial, '--prior': prior }))
    if (given && !WITH_PRIOR.includes(method))
      refuse(`${flag} has no effect with --method ${method}`, `methods: ${WITH_PRIOR.join(', ')}`);
  if (augment !== 'none' && WITHOUT_STEPS.includes(method))
    refuse(`--augment has no effect with --method ${method}`, 'nothing is trained there');
}
