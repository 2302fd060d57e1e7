/**
 * A provider as a process of its own, for bench:audit: `tsx serving-server.ts DIR [LOG]`. Says its port
 * on standard output; with a LOG folder every response is logged before it leaves.
 */
import { openTransparency } from '../../src/provider/transparency.js';
import { reopenProvider } from '../../test/fixtures/provider.js';

const [dir, log] = process.argv.slice(2) as [string, string | undefined];
const provider = reopenProvider(dir);
const { store, keyring } = provider;
const now = (): Date => new Date();
const transparency = log && (await openTransparency({ store, keyring, dir: log, now }));
const serving = await provider.serve(transparency ? { transparency } : {});
process.stdout.write(`${serving.port}\n`);
process.once('SIGTERM', () => {
  void serving.close().then(() => process.exit(0));
});
