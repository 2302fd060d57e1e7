import type { Command } from 'commander';
import { FedshotError } from '../../shared/errors.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';

interface Options {
  listen: { host: string; port: number };
  to: { host: string; port: number };
  out: string;
}

function address(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new FedshotError('usage', `not an address: ${text}`, { hint: 'give HOST:PORT' });
  return { host: host ?? '127.0.0.1', port: Number(port) };
}

export function register(parent: Command, io: Io): void {
  command(parent, 'record', 'stand between provider and sites, count bytes and keep no content', [
    'fedshot audit record --listen 0.0.0.0:7444 --to provider:7443 --out record.jsonl',
  ])
    .requiredOption('--listen <address>', 'HOST:PORT that sites connect to', address)
    .requiredOption('--to <address>', 'HOST:PORT of the provider', address)
    .option('--out <file>', 'JSON lines are added to it', path, 'record.jsonl')
    .action(
      action(io, async ({ listen, to, out }: Options) => {
        const { startRecorder } = await import('../../audit/index.js');
        const recorder = await startRecorder({ listen, to, file: path(out), now: () => io.now() });
        const { address: at } = recorder;
        io.result({ ready: true, address: at, out }, () => `recording on ${at} into ${out}`);
        const stopped = new Promise<undefined>((resolve) => {
          io.signal.addEventListener('abort', () => resolve(undefined), { once: true });
          if (io.signal.aborted) resolve(undefined);
        });
        const broken = await Promise.race([stopped, recorder.broken]);
        await recorder.close();
        if (broken) throw broken;
      }),
    );
}
