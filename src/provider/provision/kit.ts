import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { openRoot } from '../../shared/release/index.js';

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
 * Writes a start-up kit: everything that a site needs, in one folder to hand over.
 *
 * @throws FedshotError `usage` for a folder that holds something
 */
export function writeKit(dir: string, kit: Kit): void {
  assertFreshFolder(dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const root = readBytes(kit.trustFile);
  const { fingerprint } = openRoot(root, kit.trustFile);
  writeFileAtomic(join(dir, 'trust.json'), root);
  writeFileAtomic(join(dir, 'site.pem'), kit.cert);
  if (kit.key !== undefined) writeFileAtomic(join(dir, 'site-key.pem'), kit.key, 0o600);
  writeFileAtomic(join(dir, 'README.md'), readme(kit, fingerprint));
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
