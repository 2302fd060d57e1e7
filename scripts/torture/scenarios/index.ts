/** The state-changing commands, and what may be seen of each after it was broken off. */
import { CLIENT } from './client.js';
import { KEYS } from './keys.js';
import { PROVIDER } from './provider.js';
import { PROVISION } from './provision.js';
import { SIMULATE } from './simulate.js';
import type { Scenario } from './types.js';

export type { Scenario } from './types.js';

export const SCENARIOS: readonly Scenario[] = [
  ...PROVIDER,
  ...KEYS,
  ...PROVISION,
  ...CLIENT,
  SIMULATE,
];

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  return scenario;
}
