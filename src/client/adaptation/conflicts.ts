import { FedshotError } from '../../shared/errors.js';
import { methods, parseMethodOptions } from '../methods/index.js';
import type { AutoOptions } from './types.js';

/** Names of the methods whose loss has a term for the shares of the classes. */
const withPrior = (): string[] => [
  ...methods.all().flatMap(({ name, even }) => (even === 'by default' ? [name] : [])),
  'auto',
];

/**
 * Refuses methods that are not known, and options of which one would be without effect.
 * @throws FedshotError `usage`
 */
export function assertNoConflict({
  method = 'shot',
  methodOptions,
  budget,
  partial,
  prior,
  augment = 'none',
  freeze = [],
  freezeBnStatistics = false,
}: Omit<AutoOptions, 'resume'>): void {
  const refuse = (message: string, hint: string): never => {
    throw new FedshotError('usage', message, { hint });
  };
  if (method !== 'auto') parseMethodOptions(methods.get(method), methodOptions);
  else if (methodOptions)
    refuse(
      'options of a method have no effect with --method auto',
      'each method is tried with its defaults',
    );
  if (budget !== undefined && method !== 'auto')
    refuse(`--budget has no effect with --method ${method}`, 'it is for --method auto');
  if (partial && prior)
    refuse(
      '--partial and --prior exclude each other',
      'a partial set has no term for the shares of its classes',
    );
  for (const [flag, given] of Object.entries({ '--partial': partial, '--prior': prior }))
    if (given && !withPrior().includes(method))
      refuse(`${flag} has no effect with --method ${method}`, `methods: ${withPrior().join(', ')}`);
  if (freezeBnStatistics && method !== 'auto' && methods.get(method).refresh)
    refuse(
      `--freeze-bn-statistics leaves --method ${method} nothing to do`,
      'statistics are all that it moves',
    );
  if (freeze.length > 0 && method !== 'auto' && !methods.get(method).objective)
    refuse(`--freeze has no effect with --method ${method}`, 'nothing is trained there');
  if (augment !== 'none' && method !== 'auto' && !methods.get(method).objective)
    refuse(`--augment has no effect with --method ${method}`, 'nothing is trained there');
}
