/**
 * What being checkable costs: serving with the transparency log on and off, in turn, and the audit of
 * 10,000 pulls. `npm run bench:audit`; figures go to docs/benchmarks.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit, startRecorder } from '../../src/audit/index.js';
import { readRecording } from '../../src/audit/record/index.js';
import { pull } from '../../src/client/pull/index.js';
import { openTransparency } from '../../src/provider/transparency.js';
import { readLog, TransparencyLog, type Entry } from '../../src/shared/log/index.js';
import { Store } from '../../src/shared/release/index.js';
import { makeProvider, type TestProvider } from '../../test/fixtures/provider.js';
import { settled } from '../../test/fixtures/audited.js';

const MiB = 2 ** 20;
const ROUNDS = 5;
const PULLS = 10_000;

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function throughput(provider: TestProvider, log: string | undefined, round: number) {
  const { store, keyring } = provider;
  const transparency =
    log === undefined
      ? undefined
      : await openTransparency({ store, keyring, dir: log, now: () => new Date() });
  const server = await provider.serve({ transparency });
  const home = provider.home(`site-${log ?? 'off'}-${round}`.replaceAll('/', '_'));
  const { bytesReceived, seconds } = await pull({
    ...{ from: [`localhost:${server.port}`], name: 'large', home },
  });
  await server.close();
  rmSync(home, { recursive: true });
  return bytesReceived / MiB / seconds;
}

async function serving(dir: string): Promise<void> {
  const provider = await makeProvider(join(dir, 'serving'));
  await provider.publish('large', { F: 300 * MiB, B: MiB, C: MiB });
  const [on, off]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = [
      await throughput(provider, join(dir, 'serving/log'), round),
      await throughput(provider, undefined, round),
    ] as const;
    if (round === 0) continue; // caches fill
    on.push(pair[0]);
    off.push(pair[1]);
  }
  const ratio = median(on.map((value, i) => value / off[i]!));
  say(`serving, log on:  ${median(on).toFixed(0)} MiB/s (302 MiB, median of ${ROUNDS})`);
  say(`serving, log off: ${median(off).toFixed(0)} MiB/s`);
  say(`log on ÷ off:     ${ratio.toFixed(3)} (median of pairs)`);
}

/** One real pull, repeated in log and record as 10,000 sites would leave it there. */
async function auditing(dir: string): Promise<void> {
  const provider = await makeProvider(join(dir, 'auditing'));
  await provider.publish('digits', { F: 100_000, B: 820_000, C: 10_000 });
  const { store, keyring } = provider;
  const [logDir, record] = [join(dir, 'one-log'), join(dir, 'one.jsonl')];
  const now = (): Date => new Date();
  const transparency = await openTransparency({ store, keyring, dir: logDir, now });
  const server = await provider.serve({ transparency });
  const recorder = await startRecorder({
    listen: { host: '127.0.0.1', port: 0 },
    to: { host: 'localhost', port: server.port },
    file: record,
  });
  const home = provider.home('site');
  await pull({ from: [`localhost:${recorder.port}`], name: 'digits', home });
  await settled(record, 1);
  await recorder.close();
  await server.close();

  const root = new Store(store).newestRoot();
  const keys = new Map(root.roles.log.keyids.map((id) => [id, root.keys.get(id)!]));
  const [signer] = await keyring.signers('log', root.roles.log);
  const entries = readLog(logDir, keys).leaves;
  const [head, line] = readFileSync(record, 'utf8').split('\n');
  const [connection] = readRecording(record).connections;
  const many = join(dir, 'many-log');
  const log = await TransparencyLog.open({ dir: many, signer: signer!, keys });
  const lines = [head!];
  for (let i = 0; i < PULLS; i++) {
    const port = 1024 + (i % 60_000);
    const again = entries.map((entry): Entry => ({ ...entry, port, call: i * 16 + entry.call }));
    await Promise.all(again.map((entry) => log.append(entry)));
    const times = { opened: new Date().toISOString(), closed: new Date().toISOString() };
    lines.push(JSON.stringify({ ...(JSON.parse(line!) as object), connection: i, port, ...times }));
  }
  await log.close();
  const { cpSync } = await import('node:fs');
  for (const name of ['responses', 'certificates'])
    cpSync(join(logDir, name), join(many, name), { recursive: true });
  writeFileSync(join(dir, 'many.jsonl'), `${lines.join('\n')}\n`);
  const started = performance.now();
  const result = await audit({
    ...{ store, trust: provider.trustFile, log: many, record: [join(dir, 'many.jsonl')] },
    parts: ['schema', 'log', 'egress'],
  });
  const seconds = (performance.now() - started) / 1000;
  const one = result.connections[0]!;
  say(
    `audit of ${PULLS} pulls, ${entries.length * PULLS} leaves: ${seconds.toFixed(1)} s, ${result.verdict}`,
  );
  for (const claim of result.claims)
    for (const finding of claim.findings.slice(0, 2)) say(`  ${finding}`);
  say(
    `slack of one pull: ${one.received.slack} of ${connection!.received.bytes} bytes from the provider (${((100 * one.received.slack) / one.received.observed).toFixed(3)} %), ${one.sent.slack} of ${one.sent.observed} to it`,
  );
}

const dir = mkdtempSync(join(tmpdir(), 'fedshot-bench-'));
try {
  if (process.argv[2] !== 'audit') await serving(dir);
  if (process.argv[2] !== 'serve') await auditing(dir);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
