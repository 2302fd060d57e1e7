/**
 * The process inside: gets its order over IPC, looks at what it can reach, loads the step and runs it.
 * It knows no command line. See `run-isolated.ts` for the other side.
 */
import { writeSync } from 'node:fs';
import { FedshotError } from '../errors.js';
import { messageReporter } from '../messages.js';
import { messageOf, type FromWorker } from './enter.js';
import { sendable, received } from './errors.js';
import { examine, say } from './examine.js';
import { applyFilter } from './kernel/apply.js';
import { withOutsidePaths } from './moved.js';
import { stepIn, type WorkOrder, type Reply, type StepContext, type ToWorker } from './step.js';

process.umask(process.umask(0o022) | 0o022);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () =>
    stop.abort(
      new FedshotError('interrupted', `stopped by ${name}; what was saved can be resumed`),
    ),
  );

const send = (said: FromWorker, done?: () => void): void => {
  if (process.connected) process.send?.(said, undefined, undefined, () => done?.());
  else done?.();
};

/** Those that wait for an answer, in the order in which was asked. */
const waiting: ((reply: Reply) => void)[] = [];

process.on('message', (said) => {
  const heard = said as ToWorker;
  if (heard.kind === 'answer') waiting.shift()?.(heard.reply);
  else void work(heard.order);
});
process.once('disconnect', () => {
  const error = { code: 'interrupted', message: 'the process outside ended' };
  for (const take of waiting.splice(0)) take({ error });
});

const ask = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    waiting.push(({ answer, error }) => {
      if (answer !== undefined) resolve(answer);
      else reject(received(error ?? { code: 'internal', message: 'no answer' }));
    });
    send({ kind: 'question', question });
  });

const reporter = messageReporter((message) => send({ kind: 'progress', message }));

async function work(order: WorkOrder): Promise<void> {
  const end = (said: FromWorker): void => send(said, () => process.exit());
  try {
    end({ kind: 'result', value: await run(order) });
  } catch (error) {
    const aborted = stop.signal.aborted && error instanceof Error && error.name === 'AbortError';
    const cause: unknown = aborted ? stop.signal.reason : error;
    end({ kind: 'error', error: sendable(cause, withOutsidePaths) });
  }
}

async function run({ entry, name, plugins, input, ...order }: WorkOrder): Promise<unknown> {
  const message = messageOf(process.env);
  if (message && !message.filtered && order.mode !== 'off') await applyFilter(order.network);
  const isolation = await examine(order, message);
  say(order, isolation, reporter);
  if (plugins.length > 0) {
    const { usePlugins } = (await import(order.pluginLoader)) as {
      usePlugins: (files: readonly string[]) => Promise<void>;
    };
    await usePlugins(plugins);
  }
  const { default: exported } = (await import(entry)) as { default: unknown };
  const step = stepIn(exported, name);
  const context: StepContext = {
    reporter,
    signal: stop.signal,
    now: () => new Date(),
    env: process.env,
    isolation,
    ask,
    answered: (value) => send({ kind: 'answered', value }),
    onHangup(listener) {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
    log: (line) => void writeSync(2, line),
  };
  return step.run(input, context);
}
