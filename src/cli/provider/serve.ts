import type { Command } from 'commander';
import serve, { type ServerReady } from '../../api/provider/serve.js';
import { SERVE_HEADINGS } from '../../api/provider/serve-options.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: serve,
    name: 'serve',
    about: 'serve a store over gRPC and TLS until it is stopped',
    examples: [
      'fedshot provider serve --store work/store --port 7443',
      'fedshot provider serve --store work/store --host 0.0.0.0 --policy policy.json --metrics-port 9464',
    ],
    headings: SERVE_HEADINGS,
    answer: (ready, { store }) => `serving ${store} on ${(ready as ServerReady).address}`,
    text: () => '',
  });
}
