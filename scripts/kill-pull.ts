import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../src/shared/random.js';
import { TENSOR_FILES } from '../src/shared/release/index.js';
import { makeProvider, reopenProvider } from '../test/fixtures/provider.js';
import { program } from './program.js';
import { startCountingProxy } from './transfer/counting-proxy.js';

/**
 * Kills client or server (SIGKILL) at random moments of a pull, lets the pull go on, and holds what
 * arrives against what was published. Bytes are counted on the wire, by a proxy in between that nobody
 * kills.
 *
 *     npm run kill-pull                              200 kills of a 200 MB pull
 *     npm run kill-pull -- --kills 20 --mb 50 --seed 7
 */
const WORKER = join(import.meta.dirname, 'transfer/worker.ts');

export interface KillOptions {
  kills: number;
  megabytes: number;
  seed: number;
  log?: (line: string) => void;
}

export interface KillResult {
  kills: number;
  /** Pulls that ended with other bytes than were published. */
  wrong: number;
  /** Bytes on the wire beyond what the same pulls take undisturbed ÷ what those take. */
  retransferred: number;
}

const message = <T>(child: ChildProcess): Promise<T | undefined> =>
  new Promise((resolve) => {
    child.once('message', (value) => resolve(value as T));
    child.once('exit', () => resolve(undefined));
  });

const gone = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

export async function killPulls({
  kills,
  megabytes,
  seed,
  log = () => undefined,
}: KillOptions): Promise<KillResult> {
  const worker = await program(WORKER);
  const launch = (...args: string[]): ChildProcess =>
    fork(worker, args, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-kill-'));
  const provider = await makeProvider(dir);
  await provider.publish('large', { F: megabytes * 1e6, B: 10_000, C: 1000 }, { F: -1 });
  const digest = (folder: string): string =>
    TENSOR_FILES.map((file) =>
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ).join();
  const draw = random('kill-pull', seed);
  let server: ChildProcess;
  const serveAgain = async (): Promise<number> => {
    server = launch('serve', dir);
    return (await message<{ port: number }>(server))!.port;
  };
  const proxy = await startCountingProxy(await serveAgain());
  const pullOnce = (home: string): ChildProcess =>
    launch('pull-once', `localhost:${proxy.port}`, 'large', home);
  const undisturbed = async (home: string): Promise<{ bytes: number; seconds: number }> => {
    const before = proxy.delivered();
    const client = pullOnce(home);
    const { seconds } = (await message<{ seconds: number }>(client))!;
    await gone(client);
    return { bytes: proxy.delivered() - before, seconds };
  };
  try {
    const model = provider.home('undisturbed');
    const plain = await undisturbed(model);
    const expected = digest(join(dir, 'model'));
    rmSync(model, { recursive: true });
    let [wrong, extra] = [0, 0];
    for (let i = 0; i < kills; i++) {
      const name = `home-${i}`;
      const home = reopenProvider(dir).home(name);
      const before = proxy.delivered();
      const client = pullOnce(home);
      const target = draw.next() * plain.bytes; // a moment of the transfer, not of the clock
      await proxy.until(before + target, client);
      if (draw.next() < 0.5) {
        await gone(client);
        await undisturbed(home);
      } else {
        const finished = message<{ seconds: number }>(client);
        await gone(server!);
        proxy.redirect(await serveAgain());
        if ((await finished) === undefined) await undisturbed(home);
        await gone(client);
      }
      extra += proxy.delivered() - before - plain.bytes;
      if (digest(join(home, 'releases/large/1')) !== expected) wrong++;
      rmSync(home, { recursive: true });
      if ((i + 1) % 10 === 0)
        log(
          `${i + 1} kills: ${wrong} wrong, ${((100 * extra) / (plain.bytes * (i + 1))).toFixed(2)}% again`,
        );
    }
    return { kills, wrong, retransferred: extra / (plain.bytes * kills) };
  } finally {
    await gone(server!);
    proxy.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const option = (name: string, otherwise: number): number => {
    const at = process.argv.indexOf(`--${name}`);
    return at === -1 ? otherwise : Number(process.argv[at + 1]);
  };
  const options = {
    kills: option('kills', 200),
    megabytes: option('mb', 200),
    seed: option('seed', 1),
  };
  if (!(options.kills >= 1 && options.megabytes >= 1)) {
    console.error('usage: npm run kill-pull -- [--kills N] [--mb N] [--seed N], each at least 1');
    process.exit(2);
  }
  const result = await killPulls({ ...options, log: console.log });
  console.log(JSON.stringify({ ...options, ...result }));
  process.exit(result.wrong === 0 && result.retransferred < 0.02 ? 0 : 1);
}
