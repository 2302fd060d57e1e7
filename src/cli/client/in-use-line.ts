import type { NowInUse } from '../../client/runs/manage.js';

/** What is in use now, for a terminal. */
export function inUseLine({ name, inUse }: NowInUse): string {
  if (!inUse) return `${name}: the released model is in use now`;
  const { run, version, verdict } = inUse;
  return `${name}: run ${run} is in use now, adapted from version ${version}, verdict ${verdict.outcome}`;
}
