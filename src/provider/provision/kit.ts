import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { makeFolder, readBytes } from '../../shared/files.js';
import { writeFolder } from '../../shared/folders.js';
import { openRoot } from '../../shared/release/index.js';

const CERTIFICATE = 'site.pem';
const KEY = 'site-key.pem';

export interface Kit {
  site: string;
  /** `HOST:PORT` of the provider's server. */
  address: string;
  /** The provider's `trust.json`. */
  trustFile: string;
  /** PEM. */
  cert: string;
  /** PEM; absent for a site that keeps its own. */
  key?: string;
  notAfter: Date;
}

/** @throws FedshotError `usage` for a folder that holds something */
export function assertFreshFolder(dir: string): void {
  if (existsSync(dir) && readdirSync(dir).length > 0)
    throw new FedshotError('usage', `${dir} is not empty; nothing was changed`, {
      hint: 'kits are never overwritten: choose another folder with --out',
    });
}

/**
 * Writes a start-up kit: everything that a site needs, in one folder to hand over. It is there whole or
 * not at all.
 *
 * @throws FedshotError `usage` for a folder that holds something; `io`
 */
export function writeKit(dir: string, kit: Kit): void {
  sweepKit(dir);
  assertFreshFolder(dir);
  const root = readBytes(kit.trustFile);
  const { fingerprint } = openRoot(root, kit.trustFile);
  const files = new Map<string, Uint8Array | string>([
    ['trust.json', root],
    [CERTIFICATE, kit.cert],
    ['README.md', readme(kit, fingerprint)],
  ]);
  if (kit.key !== undefined) files.set(KEY, kit.key);
  makeFolder(dirname(resolve(dir)), 0o700);
  writeFolder(dir, files, { file: 0o600, folder: 0o700 });
}

/** What a killed run left of this kit, its key among it. */
function sweepKit(dir: string): void {
  const [parent, name] = [dirname(resolve(dir)), basename(resolve(dir))];
  const isLeft = (entry: string): boolean =>
    entry.startsWith(`.${name}.`) && /^[0-9a-f]{12}\.tmp$/.test(entry.slice(name.length + 2));
  for (const entry of existsSync(parent) ? readdirSync(parent).filter(isLeft) : [])
    rmSync(join(parent, entry), { recursive: true, force: true });
}

/** A kit that is complete, with what its certificate says. */
export interface LeftKit {
  /** PEM. */
  pem: string;
  cert: X509Certificate;
  /** SHA-256 of its public key, hex. */
  key: string;
}

/**
 * A kit of this site that an earlier run has written, if there is one.
 *
 * @param key the public key's fingerprint where the site has made it; else the kit holds the private one
 */
export function leftKit(dir: string, site: string, key: string | undefined): LeftKit | undefined {
  const [file, keyFile] = [join(dir, CERTIFICATE), join(dir, KEY)];
  if (!existsSync(file) || existsSync(keyFile) !== (key === undefined)) return undefined;
  try {
    const pem = readBytes(file).toString();
    const cert = new X509Certificate(pem);
    const spki = cert.publicKey.export({ type: 'spki', format: 'der' });
    const found = createHash('sha256').update(spki).digest('hex');
    const fits =
      key === undefined
        ? cert.checkPrivateKey(createPrivateKey(readBytes(keyFile)))
        : found === key;
    return cert.subject === `CN=${site}` && fits ? { pem, cert, key: found } : undefined;
  } catch {
    return undefined; // no kit of ours: it is refused as a folder that is in use
  }
}

function readme({ site, address, key, notAfter }: Kit, fingerprint: string): string {
  const secret =
    key === undefined
      ? 'The private key that `fedshot provision request` made has stayed with you: put it into this\nfolder as `site-key.pem`.'
      : '`site-key.pem` is secret: whoever has it can pull in your name. Delete this folder once it is\ninstalled.';
  return `# Start-up kit of ${site}

\`\`\`
fedshot client init --trust trust.json --kit . --home HOME --fingerprint "FINGERPRINT"
fedshot client pull --from ${address} --name NAME --home HOME
\`\`\`

Ask the provider over another channel, by telephone for example, for the fingerprint of its root, and
give what you are told. If this kit was not changed on its way, it is

    ${fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}

${secret}

| file            | what it is                                          |
| --------------- | --------------------------------------------------- |
| \`trust.json\`    | the provider's root: whose signatures count         |
| \`site.pem\`      | your certificate, valid until ${notAfter.toISOString().slice(0, 10)}            |
| \`site-key.pem\`  | your private key                                    |
`;
}
