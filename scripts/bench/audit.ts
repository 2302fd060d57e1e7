/**
 * What being checkable costs: serving with the transparency log on and off, in turn, and the audit of
 * 10,000 pulls. `npm run bench:audit`; figures go to docs/benchmarks.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { audit } from '../../src/audit/index.js';
import { pull } from '../../src/client/pull/index.js';
import { openTransparency } from '../../src/provider/transparency.js';
import { readLog, TransparencyLog, type LeafContent } from '../../src/shared/log/index.js';
import { Store } from '../../src/shared/release/index.js';
import { releaseService } from '../../src/shared/rpc/index.js';
import { makeProvider, type TestProvider } from '../../test/fixtures/provider.js';
import { settled } from '../../test/fixtures/audited.js';
import {
  entriesOf,
  isConnection,
  record as startRecord,
  recordEntries,
} from '../../test/fixtures/record.js';

const MiB = 2 ** 20;
const ROUNDS = 9;
const PULLS = 10_000;

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A server in a process of its own; `cpu` is what it has used so far, in seconds. */
async function start(dir: string, log?: string) {
  const file = join(import.meta.dirname, 'serving-server.ts');
  const args = ['--import', 'tsx', file, dir, ...(log ? [log] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(
    String(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve))),
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const cpu = (): number => {
    const [, rest = ''] = readFileSync(`/proc/${child.pid!}/stat`, 'utf8').split(') ');
    const fields = rest.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  return { port, cpu, stop: () => (child.kill('SIGTERM'), ended) };
}

/** Takes every chunk and throws it away: what limits is the server. @returns MiB/s */
async function take(port: number, provider: TestProvider, digest: string, chunks: number) {
  const [ca] = new Store(provider.store).newestRoot().document.tls.ca;
  const client = new Client(`localhost:${port}`, credentials.createSsl(Buffer.from(ca!)), {
    'grpc.max_receive_message_length': -1,
    'grpc-node.flow_control_window': 8 * MiB,
  });
  const raw = (bytes: Buffer): Buffer => bytes;
  const { path, requestSerialize } = releaseService.GetChunks;
  const manifest = Buffer.from(digest, 'hex');
  const started = performance.now();
  let bytes = 0;
  for (let at = 0; at < chunks; at += 128) {
    const indices = Array.from({ length: Math.min(128, chunks - at) }, (_, i) => at + i);
    const request = requestSerialize({ manifest, indices });
    const stream = client.makeServerStreamRequest(path, raw, raw, request);
    for await (const message of stream as AsyncIterable<Buffer>) bytes += message.length;
  }
  client.close();
  return bytes / MiB / ((performance.now() - started) / 1000);
}

async function serving(dir: string): Promise<void> {
  const at = join(dir, 'serving');
  const provider = await makeProvider(at);
  const { digest, chunks } = await provider.publish('large', { F: 300 * MiB, B: MiB, C: MiB });
  const rates: Record<string, number[]> = { on: [], off: [] };
  const cpu: Record<string, number[]> = { on: [], off: [] };
  // A process settles early on being fast or slow and stays so: only many of them say something.
  for (let round = 0; round < ROUNDS; round++)
    for (const name of round % 2 ? ['off', 'on'] : ['on', 'off']) {
      const server = await start(at, name === 'on' ? join(at, 'log') : undefined);
      await take(server.port, provider, digest, chunks); // caches fill
      const before = server.cpu();
      const each = [1, 2, 3].map(() => () => take(server.port, provider, digest, chunks));
      const seen: number[] = [];
      for (const once of each) seen.push(await once());
      rates[name]!.push(median(seen));
      cpu[name]!.push((server.cpu() - before) / seen.length);
      await server.stop();
    }
  const shown = (values: number[], digits: number): string =>
    `${median([...values]).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
  for (const name of ['on', 'off'])
    say(
      `serving, log ${name}: ${shown(rates[name]!, 0)} MiB/s, ${shown(cpu[name]!, 2)} s of the server's CPU for 302 MiB; median of ${ROUNDS} processes, ends of their range`,
    );
  const ratio = (of: Record<string, number[]>): string =>
    (median([...of.on!]) / median([...of.off!])).toFixed(2);
  say(`log on ÷ off: throughput ${ratio(rates)}, CPU ${ratio(cpu)}`);
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
  const recorder = await startRecord(server.port, record);
  const home = provider.home('site');
  await pull({ from: [`localhost:${recorder.port}`], name: 'digits', home });
  await settled(record, 1);
  await recorder.close();
  await server.close();

  const root = new Store(store).newestRoot();
  const keys = new Map(root.roles.log.keyids.map((id) => [id, root.keys.get(id)!]));
  const [signer] = await keyring.signers('log', root.roles.log);
  const leaves = readLog(logDir, keys).leaves;
  const entries = entriesOf(record);
  const connection = entries.find(isConnection)!;
  const many = join(dir, 'many-log');
  const log = await TransparencyLog.open({ dir: many, signer: signer!, keys });
  const recorded = entries.slice(0, 1);
  for (let i = 0; i < PULLS; i++) {
    const port = 1024 + (i % 60_000);
    const again = leaves.map((entry): LeafContent => ({
      ...entry,
      port,
      call: i * 16 + entry.call,
    }));
    await Promise.all(again.map((entry) => log.append(entry)));
    const times = { opened: new Date().toISOString(), closed: new Date().toISOString() };
    recorded.push({ ...connection, connection: i, port, ...times });
  }
  await log.close();
  const { cpSync } = await import('node:fs');
  for (const name of ['responses', 'certificates'])
    cpSync(join(logDir, name), join(many, name), { recursive: true });
  recordEntries(join(dir, 'many.jsonl'), [...recorded, ...entries.slice(-1)]);
  const started = performance.now();
  const result = await audit({
    store,
    trust: provider.trustFile,
    log: many,
    record: [join(dir, 'many.jsonl')],
    parts: ['schema', 'log', 'egress'],
    without: ['log/one'], // one site's home stands for 10,000
  });
  const seconds = (performance.now() - started) / 1000;
  const one = result.connections[0]!;
  say(
    `audit of ${PULLS} pulls, ${leaves.length * PULLS} leaves: ${seconds.toFixed(1)} s, ${result.verdict}`,
  );
  for (const claim of result.claims)
    for (const finding of claim.findings.slice(0, 2)) say(`  ${finding}`);
  say(
    `slack of one pull: ${one.received.slack} of ${connection.received.bytes} bytes from the provider (${((100 * one.received.slack) / one.received.observed).toFixed(3)} %), ${one.sent.slack} of ${one.sent.observed} to it`,
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
