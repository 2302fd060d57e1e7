import { pull } from '../../src/client/pull/index.js';
import { reopenProvider } from '../../test/fixtures/provider.js';
import { pullBare, serveBare } from './bare.js';
import { watchMemory } from './memory.js';

/** What a process of the benchmark says of itself. */
export interface Measured {
  seconds: number;
  /** Bytes by which resident memory has grown at its highest. */
  growth: number;
  /** Processor seconds, user and system. */
  cpu: number;
  errors?: number;
}
export type Report = Measured | { port: number };

const report = (message: Report): void => {
  process.send!(message);
};

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

async function timed(work: () => Promise<number | undefined>): Promise<void> {
  const growth = watchMemory();
  const before = process.cpuUsage();
  const started = performance.now();
  const errors = await work();
  const seconds = (performance.now() - started) / 1000;
  report({ seconds, growth: growth(), cpu: cpuSince(before), errors });
  process.disconnect();
}

function serving(port: number): void {
  const growth = watchMemory();
  const before = process.cpuUsage();
  process.on('message', () => {
    report({ seconds: 0, growth: growth(), cpu: cpuSince(before) });
  });
  report({ port });
}

const [role, ...args] = process.argv.slice(2) as [string, ...string[]];
// All clients of the bench come from one address.
const limits = { maxPerAddress: 1024 };
if (role === 'serve') serving((await reopenProvider(args[0]!).serve({ limits })).port);
else if (role === 'bare-serve') serving(await serveBare(args[0]!));
else if (role === 'bare-pull')
  await timed(() => pullBare(args[0]!, args[1]!).then(() => undefined));
else if (role === 'pull') {
  const [from, name, home] = args as [string, string, string];
  // A pull of some kilobytes first, so that what is measured is the transfer and not the loading of code.
  await pull({ from: [from], name: 'tiny', home });
  await timed(() => pull({ from: [from], name, home }).then(() => undefined));
} else if (role === 'pull-once') {
  const [from, name, home] = args as [string, string, string];
  await timed(() => pull({ from: [from], name, home }).then(() => undefined));
} else if (role === 'pull-many') {
  const [from, name, dir, count] = args as [string, string, string, string];
  const homes = Array.from({ length: Number(count) }, (_, i) =>
    reopenProvider(dir).home(`many-${i}`),
  );
  await timed(async () => {
    const pulls = homes.map((home) => pull({ from: [from], name, home }));
    const failed = (await Promise.allSettled(pulls)).filter(({ status }) => status === 'rejected');
    for (const { reason } of failed.slice(0, 3) as PromiseRejectedResult[]) console.error(reason);
    return failed.length;
  });
}
