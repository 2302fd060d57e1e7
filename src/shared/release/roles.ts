/** What keys are for. A file of its own: the command line lists them without loading cryptography. */
export const ROLES = ['root', 'release', 'log', 'freshness'] as const;
export type RoleName = (typeof ROLES)[number];
