import process from 'node:process';
import { setInterval } from 'node:timers';

/* global AbortController */
// Stands in for the command line: does what its first argument says.
const [what] = process.argv.slice(2);
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const idle = () => setInterval(() => undefined, 1000);
switch (what) {
  case 'echo':
    process.send({ kind: 'note', line: 'at work' });
    answer({ args: process.argv.slice(2), secret: process.env.FEDSHOT_PASSPHRASE });
    break;
  case 'serve':
    process.on('SIGINT', () => process.exit(0));
    answer({ ready: true });
    idle();
    break;
  case 'refuse':
    answer({ error: { code: 'rollback', message: 'digits 3 is older than 4', hint: 'ask why' } });
    process.exitCode = 14;
    break;
  case 'verdict':
    answer({ battery: { outcome: 'rolled back' } });
    process.stderr.write('fedshot: the verdict is "rolled back"\n');
    process.exitCode = 22;
    break;
  case 'crash':
    process.stderr.write('a warning\nsegmentation fault\n');
    process.exitCode = 139;
    break;
  case 'silent':
    break;
  case 'parent': {
    // starts a child as `start` does and tells its process id, for the test to kill this parent
    const { start } = await import(process.env.PROCESS_MODULE);
    const reporter = { note: () => undefined, warn: () => undefined, task: () => undefined };
    const { signal } = new AbortController();
    const child = start({ name: 'c', args: ['pid'], reporter, signal, program: process.argv[1] });
    answer(await child.answer);
    idle();
    break;
  }
  case 'train': {
    // the same with a real command, which runs its work in a sandbox of its own
    const { start } = await import(process.env.PROCESS_MODULE);
    const reporter = { note: () => undefined, warn: () => undefined, task: () => undefined };
    reporter.task = () => ({ advance: () => answer('at work'), done: () => undefined });
    const { signal } = new AbortController();
    const args = ['provider', 'train', '--data', 'digits:plain?n=200', '--epochs', '1000'];
    start({ name: 'c', args: [...args, '--out', process.env.OUT], reporter, signal });
    idle();
    break;
  }
  case 'pid':
    process.once('disconnect', () => process.exit(130));
    answer({ pid: process.pid });
    idle();
    break;
}
