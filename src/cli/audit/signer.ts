import { existsSync } from 'node:fs';
import type { OwnKey } from '../../shared/release/index.js';
import type { Io } from '../io.js';

/** What signs a statement, in this process or in the one outside. */
export interface StatementSigner {
  readonly sign: (message: Uint8Array) => Promise<{ keyid: string; sig: Uint8Array }>;
  readonly who: () => Promise<{ keyid: string; public: string }>;
  /** Answers a process inside of a sandbox, which never gets to see the key. */
  readonly answer: (question: string) => Promise<string>;
}

const WHO = 'auditor';
const SIGN = 'sign ';

/**
 * The auditor's key of a file; one that is not there is made, sealed with a passphrase. What audits the
 * source data runs in a sandbox, and asks outside for each signature.
 */
export function auditorSigner(
  { key: file, passphraseFd }: { key: string; passphraseFd?: number },
  io: Io,
): StatementSigner {
  let opened: Promise<OwnKey> | undefined;
  const open = async (): Promise<OwnKey> => {
    const { openOwnKey } = await import('../../shared/release/index.js');
    const { sealerOf } = await import('../keyring.js');
    const creating = !existsSync(file);
    const sealer = (): ReturnType<typeof sealerOf> => sealerOf(file, passphraseFd, io, creating);
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
  const ask = async (question: string): Promise<string> => {
    const { askOutside, hasOutside } = await import('../../shared/isolate/index.js');
    return hasOutside() ? askOutside(question) : answer(question);
  };
  const who = async (): Promise<{ keyid: string; public: string }> =>
    JSON.parse(await ask(WHO)) as { keyid: string; public: string };
  return {
    answer,
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
