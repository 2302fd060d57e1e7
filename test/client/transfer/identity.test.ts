import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { blameCertificate, installIdentity } from '../../../src/client/transfer/identity.js';
import { pull } from '../../../src/client/pull/index.js';
import {
  addSite,
  initSites,
  renewSite,
  sitesDir,
  type Office,
} from '../../../src/provider/provision/index.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { random } from '../../../src/shared/random.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const DAY_MS = 86_400_000;
const retry = {
  policy: { attempts: 1, baseMs: 1, maxMs: 1 },
  random: random('identity'),
  sleep: () => Promise.resolve(),
};

describe('the certificate of a site', () => {
  let provider: TestProvider;
  const dir = fileDir();
  const kit = (folder: string) => ({
    site: 'alpha',
    address: 'localhost:1',
    out: join(dir, folder),
  });
  const office = (now = new Date()): Office => ({
    store: provider.store,
    keyring: provider.keyring,
    now,
  });

  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 4000, B: 400, C: 200 });
    await initSites(provider.keyring, new Date());
    await addSite(office(new Date(Date.now() - 10 * DAY_MS)), { ...kit('old'), days: 5 });
    await renewSite(office(), kit('new'));
  });

  it('that has expired: the pull says so, and what to do, though the server does not', async () => {
    const server = await provider.serve({ sites: sitesDir(provider.keyring) });
    const home = provider.home('alpha');
    const from = { from: [`localhost:${server.port}`], name: 'digits', home, retry };
    installIdentity(home, join(dir, 'old'));
    await expect(pull(from)).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringMatching(/this site's certificate expired on \d{4}-/) as string,
      hint: expect.stringContaining('fedshot client init') as string,
    });
    installIdentity(home, join(dir, 'new'));
    await expect(pull(from)).resolves.toMatchObject({ upToDate: false });
    await server.close();
  });

  it('half a key that a crash has left is gone with the next kit; a key for evidence is being made', () => {
    const identity = join(dir, 'crashed', 'identity');
    mkdirSync(identity, { recursive: true });
    const [key, evidence] = ['site-key.pem', 'evidence-key.json'].map(
      (name) => `.${name}.0123456789ab.tmp`,
    );
    for (const name of [key, evidence]) writeFileSync(join(identity, name ?? ''), '-----BEGIN');
    installIdentity(join(dir, 'crashed'), join(dir, 'new'));
    expect(readdirSync(identity).sort()).toEqual([evidence, 'site-key.pem', 'site.pem']);
  });

  it('that is good is not blamed, and neither is one for what is no refusal', () => {
    const [old, fresh] = ['old', 'new'].map((folder) => ({
      cert: readFileSync(join(dir, folder, 'site.pem'), 'utf8'),
      key: '',
    }));
    const network = new FedshotError('network', 'gone');
    expect(blameCertificate(network, fresh)).toBe(network);
    expect(blameCertificate(network, undefined)).toBe(network);
    const digest = new FedshotError('digest', 'flipped');
    expect(blameCertificate(digest, old)).toBe(digest);
  });

  it.each([
    ['for another key', 'trust', (): Buffer => readFileSync(join(dir, 'old/site-key.pem'))],
    ['with a key that is none', 'format', (): Buffer => Buffer.from('not a key')],
  ])('a kit %s is refused, and nothing is changed', (_, code, key) => {
    const home = join(dir, `home-${code}`);
    const bad = join(dir, `bad-${code}`);
    mkdirSync(bad);
    copyFileSync(join(dir, 'new/site.pem'), join(bad, 'site.pem'));
    writeFileSync(join(bad, 'site-key.pem'), key());
    expect(() => installIdentity(home, bad)).toThrow(expect.objectContaining({ code }) as Error);
    expect(existsSync(join(home, 'identity'))).toBe(false);
  });
});
