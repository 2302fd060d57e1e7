import { randomBytes, scryptSync } from 'node:crypto';
import nacl from 'tweetnacl';
import { z } from 'zod';
import { FedshotError } from '../../errors.js';

/** A secret at rest: scrypt makes a key of the passphrase, NaCl's secretbox seals with it. All hex. */
export const Sealed = z.strictObject({
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    // Memory is 128·n·r bytes: bounded, since a key file may have been tampered with.
    n: z.literal([14, 15, 16, 17, 18, 19, 20].map((bits) => 2 ** bits)),
    r: z.literal(8),
    p: z.literal(1),
    salt: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  nonce: z.string().regex(/^[0-9a-f]{48}$/),
  box: z.string().regex(/^(?:[0-9a-f]{2})+$/),
});
export type Sealed = z.infer<typeof Sealed>;

/** 128 MiB and about half a second for each guess. */
const COST = 2 ** 17;

/** Seals and opens secrets under one passphrase; the costly derivation is done once per salt. */
export class Sealer {
  readonly #passphrase: string;
  readonly #cost: number;
  readonly #keys = new Map<string, Uint8Array>();
  readonly #salt = randomBytes(16).toString('hex');

  /** @param cost scrypt's N for what is sealed anew; tests choose a small one */
  constructor(passphrase: string, cost = COST) {
    if (passphrase === '')
      throw new FedshotError('usage', 'the passphrase is empty', {
        hint: 'set FEDSHOT_PASSPHRASE, or leave it out to be asked at a terminal',
      });
    this.#passphrase = passphrase.normalize('NFKC');
    this.#cost = cost;
  }

  seal(secret: Uint8Array): Sealed {
    const kdf = { name: 'scrypt', n: this.#cost, r: 8, p: 1, salt: this.#salt } as const;
    const nonce = randomBytes(nacl.secretbox.nonceLength);
    const box = nacl.secretbox(secret, nonce, this.#key(kdf));
    return { kdf, nonce: nonce.toString('hex'), box: Buffer.from(box).toString('hex') };
  }

  /** @throws FedshotError `trust` when the passphrase is wrong or the file was changed */
  open(sealed: Sealed, what: string): Uint8Array {
    const nonce = Buffer.from(sealed.nonce, 'hex');
    const secret = nacl.secretbox.open(
      Buffer.from(sealed.box, 'hex'),
      nonce,
      this.#key(sealed.kdf),
    );
    if (secret === null)
      throw new FedshotError('trust', `${what}: the passphrase does not open it`, {
        hint: 'check the passphrase; if it is right, the file was changed',
      });
    return secret;
  }

  #key({ n, r, p, salt }: Sealed['kdf']): Uint8Array {
    const id = `${n}:${salt}`;
    const known = this.#keys.get(id);
    if (known) return known;
    const options = { N: n, r, p, maxmem: 256 * n * r };
    const key = scryptSync(
      this.#passphrase,
      Buffer.from(salt, 'hex'),
      nacl.secretbox.keyLength,
      options,
    );
    this.#keys.set(id, key);
    return key;
  }
}
