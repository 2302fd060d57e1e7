/**
 * The key of a recorder, an auditor or a site, which no root names. One file, made when it is first
 * needed.
 */
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { readBytes, writeFileAtomic } from '../../files.js';
import { SEED_BYTES, type Signer, signerOf } from '../ed25519.js';
import { formatTime, parsePayload, Sha256, Time } from '../fields.js';
import { Sealed, type Sealer } from './sealed.js';

export const OWN_ROLES = ['recorder', 'auditor', 'site'] as const;
export type OwnRole = (typeof OWN_ROLES)[number];

const MOST_BYTES = 16_384;
/** A service starts without a person to give a passphrase: its seed may be stored unencrypted, mode 0600. */
const Open = z.strictObject({ seed: z.string().regex(/^[0-9a-f]{64}$/) });
const KeyFile = z.strictObject({
  format: z.literal('fedshot-key/1'),
  role: z.enum(OWN_ROLES),
  keyid: Sha256,
  public: z.string().regex(/^[0-9a-f]{64}$/),
  created: Time,
  secret: z.union([Sealed, Open]),
});
type KeyFile = z.infer<typeof KeyFile>;

export interface OwnKeyOptions {
  readonly role: OwnRole;
  readonly now: Date;
  /** Asked for where the file is sealed, and where `seal` asks for a new one to be. */
  readonly sealer?: () => Promise<Sealer>;
  readonly seal?: boolean;
}

export interface OwnKey extends Signer {
  /** Whether the file was made just now. */
  readonly created: boolean;
}

/**
 * Opens the key of a file, or makes the file with a new key.
 *
 * @throws FedshotError `trust` for a file that others may read, for another role's, and for a wrong
 *   passphrase; `format`, `io`
 */
export async function openOwnKey(file: string, options: OwnKeyOptions): Promise<OwnKey> {
  const created = !existsSync(file);
  if (created) await create(file, options);
  else if ((statSync(file).mode & 0o077) !== 0)
    throw new FedshotError('trust', `${file}: others may read this key`, {
      hint: `if nobody has: chmod 600 ${file}; otherwise delete it, and a new one is made`,
    });
  const content = parsePayload(KeyFile, readBytes(file, MOST_BYTES), file);
  if (content.role !== options.role)
    throw new FedshotError('trust', `${file}: the key of a ${content.role}`, {
      hint: `name another file: one is made for the ${options.role} where there is none`,
    });
  const seed = await seedOf(content, file, options);
  const key = signerOf(seed);
  if (key.keyid !== content.keyid || Buffer.from(key.publicKey).toString('hex') !== content.public)
    throw new FedshotError('trust', `${file}: it holds another key than it says`);
  return { keyid: key.keyid, publicKey: key.publicKey, sign: fastSigner(seed, key), created };
}

async function create(file: string, { role, now, sealer, seal }: OwnKeyOptions): Promise<void> {
  const seed = randomBytes(SEED_BYTES);
  const { keyid, publicKey } = signerOf(seed);
  const secret =
    seal && sealer ? (await sealer()).seal(seed) : { seed: Buffer.from(seed).toString('hex') };
  const content: KeyFile = {
    format: 'fedshot-key/1',
    role,
    keyid,
    public: Buffer.from(publicKey).toString('hex'),
    created: formatTime(now),
    secret,
  };
  writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
  chmodSync(file, 0o600);
}

async function seedOf(
  { secret }: KeyFile,
  file: string,
  { sealer }: OwnKeyOptions,
): Promise<Uint8Array> {
  if ('seed' in secret) return Buffer.from(secret.seed, 'hex');
  if (!sealer)
    throw new FedshotError('trust', `${file}: it is encrypted, and no passphrase was given`);
  return (await sealer()).open(secret, file);
}

/** Signs with OpenSSL: some thirty times as fast as tweetnacl, for a recorder that signs every line. */
function fastSigner(seed: Uint8Array, { publicKey }: Signer): Signer['sign'] {
  const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: base64url(seed), x: base64url(publicKey) };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return (message) => sign(null, message, key);
}
