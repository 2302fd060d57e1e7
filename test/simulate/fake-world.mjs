import process from 'node:process';
import { setInterval } from 'node:timers';

// Stands in for the command line in a simulation: every command succeeds, but for what the sites do
// whose names the environment gives as SITE:END, END being kill, refuse, verdict or serve-dies.
const [room, what, ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const site = room === 'client' ? option('--home').split('/').at(-1) : undefined;
const ends = new Map((process.env.FAKE_ENDS ?? '').split(',').map((one) => one.split(':')));
const run = {
  n: 3,
  classes: ['a', 'b'],
  sourceOnlyAccuracy: 0.5,
  adaptedAccuracy: 0.75,
  seconds: 1,
  classifierUnchanged: true,
  method: 'shot',
  battery: { outcome: 'ok' },
  epochs: [],
};
switch (`${room} ${what}`) {
  case 'provider train':
    answer({ heldOutAccuracy: 0.9, seconds: 1 });
    break;
  case 'provider publish':
    answer({ name: 'digits', version: 1, digest: 'd' });
    break;
  case 'provider serve':
    process.on('SIGINT', () => process.exit(0));
    answer({ address: 'localhost:1' });
    setInterval(() => undefined, 1000);
    break;
  case 'client pull':
    answer({ bytesReceived: 7 });
    break;
  case 'client adapt':
    if (ends.get(site) === 'kill') process.kill(process.pid, 'SIGKILL');
    if (ends.get(site) === 'error') {
      answer({ error: { code: 'io', message: 'the disk is full', hint: 'make room' } });
      process.exitCode = 6;
      break;
    }
    if (ends.get(site) === 'verdict') {
      answer({ ...run, battery: { outcome: 'refuse' } });
      process.stderr.write('fedshot: refused\n');
      process.exitCode = 21;
      break;
    }
    answer(run);
    break;
  default:
    answer({});
}
