import type { Enrolled } from '../../provider/provision/index.js';

/** A certificate that was given out, and what to do with it. */
export function describeEnrolled({ site, serial, notAfter, kit }: Enrolled): string {
  return [
    `${site}: certificate ${serial}, valid until ${notAfter.slice(0, 10)}`,
    `hand over: ${kit} (its README.md says how it is used)`,
  ].join('\n');
}
