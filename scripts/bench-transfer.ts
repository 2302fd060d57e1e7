import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProvider, reopenProvider } from '../test/fixtures/provider.js';
import { startDelayProxy } from './transfer/delay-proxy.js';
import type { Measured, Report } from './transfer/worker.js';

/**
 * Measures transfers between real processes over TLS on loopback.
 *
 *     npm run bench:transfer                       everything (a few minutes, 4 GiB of disk)
 *     npm run bench:transfer -- --size 256 bare pull
 *
 * Parts: `bare` (a grpc-js stream with the same chunks, hash and write, and nothing else), `pull`,
 * `delay` (40 ms round trip added by a proxy), `clients` (500 clients pull 2 MB at once).
 */
const ROUNDS = 8;
const worker = join(import.meta.dirname, 'transfer/worker.ts');
const children = new Set<ChildProcess>();

/** Starts a worker and waits for its first message. */
function start(...args: string[]): Promise<{ child: ChildProcess; first: Report }> {
  const child = fork(worker, args, { execArgv: ['--import', 'tsx'] });
  children.add(child);
  return new Promise((resolve, reject) => {
    child.once('message', (first) => resolve({ child, first: first as Report }));
    child.once('exit', (code) => reject(new Error(`${args.join(' ')}: exit ${code}`)));
  });
}

/** Asks a server for its figures, and ends it. */
function finish(child: ChildProcess): Promise<Measured> {
  return new Promise((resolve) => {
    child.once('message', (last) => {
      child.kill('SIGKILL');
      resolve(last as Measured);
    });
    child.send('finish');
  });
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const speed = (bytes: number, { seconds }: Measured): number => bytes / 2 ** 20 / seconds;

interface Pair {
  client: Measured;
  server: Measured;
}

/** One server, one client. */
async function pair(
  serve: string[],
  pull: (address: string) => string[],
  via?: Via,
): Promise<Pair> {
  const server = await start(...serve);
  const { port } = server.first as { port: number };
  const proxy = via && (await startDelayProxy(port, via.delayMs));
  const client = await start(...pull(`localhost:${proxy?.port ?? port}`));
  proxy?.close();
  return { client: client.first as Measured, server: await finish(server.child) };
}
interface Via {
  delayMs: number;
}

function line(label: string, bytes: number, { client, server }: Pair): void {
  const rate = speed(bytes, client).toFixed(0);
  const cpu = `processor ${client.cpu.toFixed(2)} s client, ${server.cpu.toFixed(2)} s server`;
  const growth = `resident memory +${mib(client.growth)} client, +${mib(server.growth)} server`;
  console.log(`${label}: ${rate} MiB/s (${client.seconds.toFixed(2)} s; ${cpu}; ${growth})`);
}

const total = ({ client, server }: Pair): number => client.cpu + server.cpu;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const at = args.indexOf('--size');
  const sizeMiB = at === -1 ? 1024 : Number(args.splice(at, 2)[1]);
  const parts = new Set(args.length > 0 ? args : ['bare', 'pull', 'delay', 'clients']);
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-bench-'));
  console.log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}`);
  let homes = 0;
  const home = (): string => reopenProvider(dir).home(`home-${homes++}`);
  try {
    const provider = await makeProvider(dir);
    const size = { F: sizeMiB * 2 ** 20, B: 2 ** 18, C: 2 ** 12 };
    const { bytes } = await provider.publish('large', size, { F: -1 });
    rmSync(join(dir, 'model'), { recursive: true });
    await provider.publish('tiny', { F: 8000, B: 800, C: 800 });
    const pullFrom = (address: string): string[] => ['pull', address, 'large', home()];

    const ratios: { wall: number; cpu: number }[] = [];
    // Bytes of one half that still wait for the disk would hold up the other: each begins without.
    const settle = (): void => {
      for (const name of ['bare', ...Array.from({ length: homes }, (_, i) => `home-${i}`)])
        rmSync(join(dir, name), { recursive: true, force: true });
      execFileSync('sync');
    };
    const halves = {
      bare: async (): Promise<Pair> => {
        mkdirSync(join(dir, 'bare'), { recursive: true });
        const bare = await pair(['bare-serve', dir], (a) => ['bare-pull', a, dir]);
        line(`bare stream, ${mib(bytes)}`, bytes, bare);
        return bare;
      },
      pull: async (): Promise<Pair> => {
        const ours = await pair(['serve', dir], pullFrom);
        line(`pull, ${mib(bytes)}`, bytes, ours);
        return ours;
      },
    };
    for (let round = 0; round < ROUNDS && (parts.has('bare') || parts.has('pull')); round++) {
      const done: { bare?: Pair; pull?: Pair } = {};
      // By turns first: what runs second finds the machine as the first has left it.
      for (const half of round % 2 ? (['pull', 'bare'] as const) : (['bare', 'pull'] as const)) {
        if (!parts.has(half)) continue;
        settle();
        done[half] = await halves[half]();
      }
      if (done.bare && done.pull)
        ratios.push({
          wall: done.bare.client.seconds / done.pull.client.seconds,
          cpu: total(done.bare) / total(done.pull),
        });
    }
    settle();
    if (ratios.length > 0)
      for (const key of ['wall', 'cpu'] as const) {
        const each = ratios.map((ratio) => ratio[key]).sort((a, b) => a - b);
        const median = ((each[(each.length - 1) >> 1]! + each[each.length >> 1]!) / 2).toFixed(2);
        console.log(
          `pull ÷ bare, ${key}: median ${median} of ${each.map((r) => r.toFixed(2)).join(', ')}`,
        );
      }

    if (parts.has('delay'))
      line('pull, 40 ms added', bytes, await pair(['serve', dir], pullFrom, { delayMs: 40 }));

    if (parts.has('clients')) {
      await provider.publish('small', { F: 1_900_000, B: 90_000, C: 10_000 });
      const many = await pair(['serve', dir], (a) => ['pull-many', a, 'small', dir, '500']);
      const { seconds, growth, errors } = many.client;
      console.log(
        `500 clients, 2 MB each: ${seconds.toFixed(1)} s, ${errors ?? 0} errors, server +${mib(many.server.growth)}, all clients together +${mib(growth)}`,
      );
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

await main();
