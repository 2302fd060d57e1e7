#!/usr/bin/env node
import { FedshotError } from '../shared/errors.js';
import { messageReporter } from '../shared/report/terminal/index.js';
import type { Reporter } from '../shared/reporter.js';
import { createIo } from './io.js';
import { askSecret } from './prompt.js';
import { run } from './run.js';

// Nobody but this user writes where fedshot writes, also what pip, npm and openssl make for it.
process.umask(process.umask(0o022) | 0o022);

const stop = new AbortController();

// The first signal lets the command save its state; the second ends it at once.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(130);
    if (process.stderr.isTTY)
      process.stderr.write('\nstopping; press Ctrl-C again to stop at once\n');
    stop.abort(
      new FedshotError('interrupted', `stopped by ${name}; what was saved can be resumed`),
    );
  });

// `fedshot … | head` closes our output: that ends the command without a word.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 6);
});

const { stdout, stderr, env } = process;
const { signal } = stop;
const reporter = env.FEDSHOT_PROGRESS === 'ipc' ? reportToParent() : undefined;
const io = createIo({
  stdout,
  stderr,
  signal,
  env,
  reporter,
  askSecret: (question) => askSecret(question, signal),
  onHangup(listener) {
    process.on('SIGHUP', listener);
    return () => process.off('SIGHUP', listener);
  },
});
const code = await run(process.argv.slice(2), io);
// Threads of an engine or an idle connection must not keep a finished command alive.
stdout.write('', () => stderr.write('', () => process.exit(code)));

/** Progress for the fedshot that started this process (`simulate`); this one ends when that one does. */
function reportToParent(): Reporter {
  process.once('disconnect', () => {
    stop.abort(new FedshotError('interrupted', 'the process that started this one is gone'));
  });
  return messageReporter((message) => {
    if (process.connected) process.send?.(message);
  });
}
