import { existsSync } from 'node:fs';
import type { OwnKey } from '../../shared/release/index.js';
import { sealerOf, type SecretOptions, type SecretsOf } from '../keyring.js';
import type { Outside } from '../operation.js';

/** What signs a statement. */
export interface StatementSigner {
  readonly sign: (message: Uint8Array) => Promise<{ keyid: string; sig: Uint8Array }>;
  readonly who: () => Promise<{ keyid: string; public: string }>;
}

const WHO = 'auditor';
const SIGN = 'sign ';

/**
 * The auditor's key of a file; one that is not there is made, sealed with a passphrase. What audits the
 * source data runs in a sandbox, never sees the key, and asks outside for each signature.
 *
 * @returns answers what a {@link statementSigner} asks
 */
export function auditorKey(
  { key: file, ...secret }: SecretOptions & { key: string },
  io: SecretsOf & Pick<Outside, 'now'>,
): (question: string) => Promise<string> {
  let opened: Promise<OwnKey> | undefined;
  const open = async (): Promise<OwnKey> => {
    const { openOwnKey } = await import('../../shared/release/index.js');
    const creating = !existsSync(file);
    const sealer = (): ReturnType<typeof sealerOf> => sealerOf(file, secret, io, creating);
    return openOwnKey(file, { role: 'auditor', now: io.now(), sealer, seal: true });
  };
  const answer = async (question: string): Promise<string> => {
    const key = await (opened ??= open());
    if (question === WHO)
      return JSON.stringify({
        keyid: key.keyid,
        public: Buffer.from(key.publicKey).toString('hex'),
      });
    const message = Buffer.from(question.slice(SIGN.length), 'base64');
    return Buffer.from(key.sign(message)).toString('base64');
  };
  return answer;
}

/** What signs with the key that `ask` knows of. */
export function statementSigner(ask: (question: string) => Promise<string>): StatementSigner {
  const who = async (): Promise<{ keyid: string; public: string }> =>
    JSON.parse(await ask(WHO)) as { keyid: string; public: string };
  return {
    who,
    sign: async (message) => {
      const sig = Buffer.from(
        await ask(`${SIGN}${Buffer.from(message).toString('base64')}`),
        'base64',
      );
      return { keyid: (await who()).keyid, sig };
    },
  };
}
