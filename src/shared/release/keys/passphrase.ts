import { FedshotError } from '../../errors.js';

/** A file of keys can be stolen and guessed at for years; a guess costs about half a second. */
export const MIN_PASSPHRASE = 12;
const MIN_DIFFERENT = 6;

/** Why a passphrase is too weak to protect keys; undefined for one that will do. */
export function passphraseWeakness(passphrase: string): string | undefined {
  const characters = Array.from(passphrase.normalize('NFKC'));
  if (characters.length < MIN_PASSPHRASE)
    return `it has ${characters.length} characters, and at least ${MIN_PASSPHRASE} are needed`;
  const different = new Set(characters).size;
  return different < MIN_DIFFERENT
    ? `it has ${different} different characters, and at least ${MIN_DIFFERENT} are needed`
    : undefined;
}

/** @throws FedshotError `usage` for one that is too weak for keys that are made anew */
export function assertPassphrase(passphrase: string): void {
  const weakness = passphrase === '' ? undefined : passphraseWeakness(passphrase);
  if (weakness !== undefined)
    throw new FedshotError('usage', `the passphrase is too weak: ${weakness}; nothing was made`, {
      hint: 'take six random words, or what this prints: openssl rand -base64 18',
    });
}
