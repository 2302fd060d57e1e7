import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asFedshotError, FedshotError } from '../../errors.js';
import { makeFolder, readBytes, sweepTemporary, writeFileAtomic } from '../../files.js';
import { withLock } from '../../lock.js';
import type { Role } from '../dsse.js';
import { keyId, SEED_BYTES, type Signer, signerOf } from '../ed25519.js';
import { formatTime, parsePayload, Sha256, Time } from '../fields.js';
import { ROLES, type RoleName } from '../roles.js';
import { Sealed, type Sealer } from './sealed.js';

const KEY_FILE = new RegExp(`^(?:${ROLES.join('|')})-[0-9a-f]{16}\\.json$`);

const KeyFile = z.strictObject({
  format: z.literal('fedshot-key/1'),
  role: z.enum(ROLES),
  keyid: Sha256,
  public: z.string().regex(/^[0-9a-f]{64}$/),
  created: Time,
  secret: Sealed,
});

/** What a key file says in the clear. */
export interface StoredKey {
  readonly file: string;
  /** What it was made for; only a root can give it that role. */
  readonly role: RoleName;
  readonly keyid: string;
  readonly public: string;
  readonly created: string;
}

export interface KeyringOptions {
  /** Folder of the key files. */
  dir: string;
  /** Asked for once, when a key has to be opened or sealed. */
  sealer: () => Promise<Sealer>;
  /** Keys that came whole, from the environment or a file descriptor. */
  seeds?: readonly Uint8Array[];
}

/** A folder of sealed signing keys, one file each, named after role and key. */
export class Keyring {
  readonly dir: string;
  readonly #options: KeyringOptions;
  readonly #given: readonly Signer[];
  #sealer: Promise<Sealer> | undefined;

  /** @throws FedshotError `usage` for a seed of another length */
  constructor(options: KeyringOptions) {
    this.dir = options.dir;
    this.#options = options;
    this.#given = (options.seeds ?? []).map((seed) => {
      if (seed.length !== SEED_BYTES)
        throw new FedshotError('usage', `a key given whole is ${SEED_BYTES} bytes in hex`);
      return signerOf(seed);
    });
  }

  /** The passphrase's sealer, for other secrets that lie in the folder. */
  sealer(): Promise<Sealer> {
    return (this.#sealer ??= this.#options.sealer());
  }

  /** Key files by name; nothing is opened. @throws FedshotError `format` */
  list(): StoredKey[] {
    return this.#files().map(({ file, content: { role, keyid, public: key, created } }) => ({
      file,
      role,
      keyid,
      public: key,
      created,
    }));
  }

  /**
   * Makes a key and seals it into the folder, where the half-written key of a killed command is removed.
   * @throws FedshotError `io`
   */
  async create(role: RoleName, now: Date): Promise<StoredKey> {
    makeFolder(this.dir, 0o700);
    return withLock(join(this.dir, '.lock'), () => {
      sweepTemporary(this.dir, KEY_FILE);
      return this.createHeld(role, now);
    });
  }

  /** As {@link create}, for whoever holds the folder's lock. */
  async createHeld(role: RoleName, now: Date): Promise<StoredKey> {
    const seed = randomBytes(SEED_BYTES);
    const { publicKey, keyid } = signerOf(seed);
    const file = join(this.dir, `${role}-${keyid.slice(0, 16)}.json`);
    const open = {
      role,
      keyid,
      public: Buffer.from(publicKey).toString('hex'),
      created: formatTime(now),
    };
    const secret = (await this.sealer()).seal(seed);
    const content: z.infer<typeof KeyFile> = { format: 'fedshot-key/1', ...open, secret };
    writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
    return { file, ...open };
  }

  /** Signers for as many of the role's keys as are here, no more than its threshold. */
  async available(role: Role): Promise<Signer[]> {
    const signers = this.#given.filter(({ keyid }) => role.keyids.includes(keyid));
    for (const { file, content } of this.#files()) {
      if (signers.length >= role.threshold) break;
      if (!role.keyids.includes(content.keyid)) continue;
      if (signers.some(({ keyid }) => keyid === content.keyid)) continue;
      const signer = signerOf((await this.sealer()).open(content.secret, file));
      if (signer.keyid !== content.keyid)
        throw new FedshotError('trust', `${file}: it holds another key than it says`);
      signers.push(signer);
    }
    return signers.slice(0, role.threshold);
  }

  /**
   * The secret halves of all keys for one role, to hand to a process that is to have no others. By what
   * a key was made for, whatever a root says of it; of keys that came whole, those that the role lists.
   *
   * @throws FedshotError `trust` for a wrong passphrase
   */
  async seedsFor(name: RoleName, role: Role): Promise<Uint8Array[]> {
    const whole = (this.#options.seeds ?? []).filter((seed) =>
      role.keyids.includes(signerOf(seed).keyid),
    );
    const files = this.#files().filter(({ content }) => content.role === name);
    const sealed: Uint8Array[] = [];
    for (const { file, content } of files)
      sealed.push((await this.sealer()).open(content.secret, file));
    return [...whole, ...sealed];
  }

  /**
   * Signers enough for the role.
   *
   * @throws FedshotError `trust` when fewer of its keys are here than it needs
   */
  async signers(name: RoleName, role: Role): Promise<Signer[]> {
    const signers = await this.available(role);
    if (signers.length < role.threshold)
      throw new FedshotError(
        'trust',
        `${this.dir}: ${signers.length} of the ${role.threshold} keys that the role ${name} needs`,
        {
          hint: `say where its keys are with --keys or FEDSHOT_KEYS: ${role.keyids.map((id) => id.slice(0, 16)).join(', ')}`,
        },
      );
    return signers;
  }

  #files(): { file: string; content: z.infer<typeof KeyFile> }[] {
    if (!existsSync(this.dir)) return [];
    const names = list(this.dir).filter((name) => KEY_FILE.test(name));
    return names.sort().map((name) => {
      const file = join(this.dir, name);
      const content = parsePayload(KeyFile, readBytes(file), file);
      if (keyId(Buffer.from(content.public, 'hex')) !== content.keyid)
        throw new FedshotError('format', `${file}: its key id is not that of its public key`);
      return { file, content };
    });
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read the folder of keys ${dir}`);
  }
}
