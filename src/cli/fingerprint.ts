/** A fingerprint as people read it out: groups of four. */
export const grouped = (hex: string): string => hex.replace(/(.{4})(?=.)/g, '$1 ');
