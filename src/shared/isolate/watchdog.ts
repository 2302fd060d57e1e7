/**
 * A thread that listens to the process outside, so that the main one may be blocked for as long as it
 * likes: what is said outside arrives as a signal, and when nobody is outside any more the process
 * ends, at the latest by SIGKILL.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { workerData } from 'node:worker_threads';

/** What the process outside can say, and the signal that it stands for. */
const WORDS: Readonly<Record<string, NodeJS.Signals>> = { stop: 'SIGINT', hangup: 'SIGHUP' };
/** Time to save a state, once nobody is outside any more. */
const GRACE_MS = 1000;

const control = new Socket({ fd: workerData as number, readable: true, writable: false });
createInterface({ input: control }).on('line', (word) => {
  const signal = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (signal) process.kill(process.pid, signal);
});
control.on('error', () => undefined);
control.once('close', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS);
});
