import { z } from 'zod';
import {
  duration,
  flag,
  path,
  port,
  positiveInteger,
  positiveReal,
  text,
  withTraits,
} from '../../shared/option.js';
import { keyOptions } from '../keyring.js';

const log = withTraits(z.union([path('<dir>'), z.literal(false)]), {
  placeholder: '<dir>',
  negation: 'serve without a transparency log: nobody can check what was sent',
});

/** What `serve` is told. */
export const serveOptions = z.strictObject({
  store: path('<dir>').describe('folder of the store'),
  host: text('<address>').default('127.0.0.1').describe('address to listen on'),
  port: port().default(7443).describe('0 for any free one'),
  policy: path('<file>')
    .optional()
    .describe('which site may pull what; without it every enrolled site all'),
  sites: path('<dir>')
    .optional()
    .describe('enrolled sites (default: sites in the folder of the keys)'),
  anybody: flag().optional().describe('let anybody pull, also where sites are enrolled'),
  insecurePlaintext: flag()
    .optional()
    .describe('without TLS: anybody on the way can listen and change'),
  log: log.optional().describe('folder of the transparency log (default: the store’s name + -log)'),
  metricsPort: port().optional().describe('serve Prometheus metrics there'),
  metricsHost: text('<address>')
    .default('127.0.0.1')
    .describe('address that metrics are served on'),
  metricsSites: flag().optional().describe('name sites in the metrics'),
  grace: duration().default(10).describe('how long calls may go on after a stop'),
  maxConnections: positiveInteger().optional().describe('connections at once'),
  maxPerAddress: positiveInteger().optional().describe('connections at once from one address'),
  maxStreams: positiveInteger().optional().describe('calls at once on one connection'),
  callsPerSecond: positiveReal('<n>').optional().describe('of one peer, beyond a burst'),
  stall: duration().optional().describe('how long a client may take for one message'),
  idle: duration().optional().describe('how long a connection may stay without a call'),
  ...keyOptions,
});
export type ServeInput = z.input<typeof serveOptions>;
export type ServeOptions = z.output<typeof serveOptions>;

export const SERVE_HEADINGS = {
  'Who may pull:': ['policy', 'sites', 'anybody', 'insecurePlaintext'],
  'Log and metrics:': ['log', 'metricsPort', 'metricsHost', 'metricsSites'],
  'Limits:': [
    'grace',
    'maxConnections',
    'maxPerAddress',
    'maxStreams',
    'callsPerSecond',
    'stall',
    'idle',
  ],
  'Keys:': ['keys', 'passphraseFd', 'keyFd'],
};
