import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sitesDir } from '../../../src/provider/provision/index.js';
import type { ServingOptions, Serving } from '../../../src/provider/serve/index.js';
import { enrolledProvider, type Certificate, type Enrolled } from '../../fixtures/enrolled.js';

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('metrics', () => {
  let dir: string;
  let enrolled: Enrolled;
  let alpha: Certificate;
  const open: Serving[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-metrics-'));
    enrolled = await enrolledProvider(join(dir, 'work'));
    alpha = await enrolled.enrol('alpha');
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  async function scrape(options: Partial<ServingOptions> = {}): Promise<string> {
    const sites = sitesDir(enrolled.provider.keyring);
    const serving = await enrolled.provider.serve({ sites, metricsPort: 0, ...options });
    open.push(serving);
    await enrolled.ask(serving, alpha);
    await enrolled.ask(serving);
    return (await fetch(`http://${serving.metricsAddress ?? ''}/metrics`)).text();
  }

  it('stay on loopback, wherever the server listens', async () => {
    await scrape({ host: '0.0.0.0' });
    const address = open[0]?.metricsAddress ?? '';
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    const port = Number(address.split(':')[1]);
    expect(await reaches('127.0.0.1', port)).toBe(true);
    for (const other of ['127.0.0.2', outside ?? '127.0.0.3'])
      expect(await reaches(other, port), other).toBe(false);
  });
  it('twin: are served at the given address', async () => {
    await scrape({ metricsHost: '127.0.0.2' });
    expect(open[0]?.metricsAddress).toMatch(/^127\.0\.0\.2:/);
  });
  it('name no site by default', async () => {
    const text = await scrape();
    expect(text).not.toContain('alpha');
    expect(text).toMatch(/fedshot_sent_bytes_total\{site="any",release="digits"\} \d{3,}/);
    expect(await scrape({ metricsSites: true })).toContain('site="alpha"');
  });
  it('say what expires, what this is and how it does', async () => {
    const text = await scrape({ version: '9.8.7' });
    const value = (name: string): number =>
      Number(new RegExp(`^fedshot_${name} (\\S+)$`, 'm').exec(text)?.[1]);
    const now = Date.now() / 1000;
    for (const what of ['freshness', 'root', 'server_certificate', 'first_site_certificate'])
      expect(value(`${what}_expires_timestamp_seconds`), what).toBeGreaterThan(now);
    expect(value('freshness_expires_seconds')).toBe(value('freshness_expires_timestamp_seconds'));
    expect(text).toMatch(/fedshot_build_info\{version="9.8.7",node="\d+/);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value('sites_enrolled')).toBe(1);
    expect(value('sites_damaged')).toBe(0);
    expect(value('clients_asked')).toBe(1);
    expect(text).toMatch(/fedshot_refused_total\{reason="handshake"\} 1/);
  });
});
