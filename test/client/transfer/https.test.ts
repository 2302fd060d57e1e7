import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { readAuthorityFile } from '../../../src/client/transfer/index.js';
import { openServerTls } from '../../../src/provider/keys/tls.js';
import { exportStore } from '../../../src/provider/export/index.js';
import { random } from '../../../src/shared/random.js';
import { openRoot } from '../../../src/shared/release/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const retry = {
  policy: { attempts: 2, baseMs: 1, maxMs: 1 },
  random: random('https'),
  sleep: () => Promise.resolve(),
};

describe('httpsSource', () => {
  const dir = fileDir();
  let out: string;
  let provider: TestProvider;
  let server: Server | undefined;
  let homes = 0;
  beforeAll(async () => {
    out = join(dir, 'export');
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 2_500_000, B: 30_000, C: 3_000 });
    exportStore({ store: provider.store, out, now: new Date() });
  });
  afterEach(() => server?.closeAllConnections());
  afterEach(() => server?.close());

  const files: RequestListener = (request, response) => {
    try {
      response.end(readFileSync(join(out, request.url!)));
    } catch {
      response.writeHead(404).end('no such file');
    }
  };

  async function pullFrom(
    listener: RequestListener,
    of = provider,
    host = of,
    webCa: readonly string[] = [],
  ) {
    server = createHttps(await openServerTls(host.keyring), listener);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const home = provider.home(`home-${homes++}`);
    return pull({ from: [`https://127.0.0.1:${port}`], name: 'digits', home, retry, webCa });
  }

  it('pulls a static export from a plain web server', async () => {
    const result = await pullFrom(files);
    const original = readFileSync(join(dir, 'model/F.safetensors'));
    expect(readFileSync(join(result.folder, 'F.safetensors')).equals(original)).toBe(true);
  });

  it('goes on after a server error in the middle', async () => {
    let failures = 2;
    const result = await pullFrom((request, response) => {
      if (request.url!.startsWith('/objects') && failures-- > 0) response.writeHead(503).end();
      else files(request, response);
    });
    expect(result.upToDate).toBe(false);
  });

  it('a mirror of an authority that only the site knows: refused, and taken where it is named', async () => {
    const ward = await makeProvider(join(dir, 'ward')); // for its authority and certificate alone
    const refused = pullFrom(files, provider, ward);
    await expect(refused).rejects.toMatchObject({
      code: 'trust',
      hint: expect.stringContaining('--ca') as string,
    });
    const file = join(dir, 'ward-ca.pem');
    const [ca] = openRoot(readFileSync(join(ward.store, 'trust.json'))).document.tls.ca;
    writeFileSync(file, `the ward's own\n${ca!}`);
    const taken = await pullFrom(files, provider, ward, readAuthorityFile(file));
    expect(taken.upToDate).toBe(false);
  });

  it.each([
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['nothing', ''],
    ['half of one', '-----BEGIN CERTIFICATE-----\nMIIB\n'],
    ['noise', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('refuses %s in the place of an authority', (_, content) => {
    const file = join(dir, 'authority.pem');
    writeFileSync(file, content);
    expect(() => readAuthorityFile(file)).toThrow(expect.objectContaining({ code: 'format' }));
  });

  it('refuses plain http (a downgrade)', async () => {
    let asked = 0;
    const plain = createHttp(() => asked++);
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    const home = provider.home('http');
    const from = [`http://127.0.0.1:${port}`];
    await expect(pull({ from, name: 'digits', home, retry })).rejects.toMatchObject({
      code: 'trust',
    });
    expect(asked).toBe(0);
    plain.close();
  });

  it('does not follow a redirect to plain http', async () => {
    const listener: RequestListener = (_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    };
    await expect(pullFrom(listener)).rejects.toMatchObject({ code: 'trust' });
  });

  it('cuts off a file without end', async () => {
    const listener: RequestListener = (request, response) => {
      if (!request.url!.includes('freshness')) {
        files(request, response);
        return;
      }
      const more = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on('close', () => clearInterval(more));
    };
    await expect(pullFrom(listener)).rejects.toMatchObject({ code: 'limit' });
  });

  it('refuses one flipped bit in an object', async () => {
    const listener: RequestListener = (request, response) => {
      if (!request.url!.startsWith('/objects')) {
        files(request, response);
        return;
      }
      const bytes = readFileSync(join(out, request.url!));
      bytes[0]! ^= 1;
      response.end(bytes);
    };
    await expect(pullFrom(listener)).rejects.toMatchObject({ code: 'digest' });
  });

  it('refuses a certificate that neither the world nor the provider knows', async () => {
    const other = await makeProvider(join(dir, 'other'));
    await expect(pullFrom(files, other)).rejects.toMatchObject({ code: 'trust' });
  });
});
