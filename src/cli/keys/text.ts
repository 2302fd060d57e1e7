import type { RootOutcome } from '../../provider/keys/root.js';
import { grouped } from '../fingerprint.js';

/** What became of a new root, and what to do with it. */
export function describeRoot(outcome: RootOutcome): string {
  if (outcome.state === 'draft' && outcome.missing === 0)
    return [
      `root ${outcome.version} has its signatures and is not public yet`,
      `draft: ${outcome.file}`,
      'next, where the release and freshness keys are: fedshot keys sign DRAFT --store STORE',
    ].join('\n');
  if (outcome.state === 'draft')
    return [
      `root ${outcome.version} is not public yet: ${outcome.missing} signatures are missing`,
      `draft: ${outcome.file}`,
      'next, where the other root keys are: fedshot keys sign DRAFT --store STORE --keys DIR',
    ].join('\n');
  const again = outcome.republished.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [
    `root ${outcome.version} is public; sites follow by themselves`,
    `fingerprint, for sites that are new: ${grouped(outcome.fingerprint)}`,
    ...(again ? [`published again under the new release key: ${again}`] : []),
  ].join('\n');
}
