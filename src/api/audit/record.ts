import { opendirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { RecorderLimits } from '../../audit/index.js';
import { asFedshotError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/files.js';
import type { StepContext } from '../../shared/isolate/index.js';
import { duration, outputFile, path, positiveInteger, withTraits } from '../../shared/option.js';
import { version } from '../../shared/version.js';
import { defineOperation } from '../operation.js';

const ADDRESS = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/;

/** `HOST:PORT`, where the port may be 0; a port by itself is one of this machine. */
const address = (): z.ZodString => {
  const error = 'Expected HOST:PORT.';
  const known = (given: string): boolean => Number(ADDRESS.exec(given)?.[2]) <= 65_535;
  return withTraits(z.string({ error }).refine(known, { error }), { placeholder: '<address>' });
};

export const recordOptions = z.strictObject({
  listen: address().describe('HOST:PORT that sites connect to'),
  to: address().describe('HOST:PORT of the provider'),
  out: outputFile().prefault('record.jsonl').describe('JSON lines are added to it'),
  key: path('<file>')
    .optional()
    .describe('the recorder’s key, made if it is not there (default: OUT.key)'),
  maxConnections: positiveInteger().optional().describe('connections at once (2048)'),
  perAddress: positiveInteger().optional().describe('connections at once from one address (256)'),
  idle: duration().optional().describe('end a connection that nobody says anything on (5m)'),
  halfOpen: duration().optional().describe('the same, once one side has ended (30s)'),
});
export type RecordInput = z.input<typeof recordOptions>;
type Options = z.output<typeof recordOptions>;

/** What a recorder says once it listens. */
export interface RecorderReady {
  ready: true;
  address: string;
  /** The file that it adds to. */
  out: string;
  /** Id of the key that signs; auditors pin it. */
  key: string;
  keyFile: string;
}

/**
 * Stands between provider and sites until its signal is aborted; counts bytes and keeps no content.
 * Sees nothing that is private: what passes is encrypted for others.
 */
export default defineOperation({
  name: 'audit record',
  module: import.meta.url,
  options: recordOptions,
  async run(options, context): Promise<void> {
    const { startRecorder } = await import('../../audit/index.js');
    const { openOwnKey } = await import('../../shared/release/index.js');
    const { listen, to, out, key: keyFile = `${out}.key` } = options;
    const now = (): Date => context.now();
    makeFolderOf(out);
    const key = await openOwnKey(keyFile, { role: 'recorder', now: now() });
    const recorder = await startRecorder({
      listen: addressOf(listen),
      to: addressOf(to),
      file: out,
      key,
      software: `fedshot ${version()}`,
      limits: limitsOf(options),
      now,
    });
    const ready: RecorderReady = {
      ready: true,
      address: recorder.address,
      out,
      key: key.keyid,
      keyFile,
    };
    context.answered(ready);
    const broken = await Promise.race([stopped(context), recorder.broken]);
    await recorder.close();
    if (broken) throw broken;
  },
});

function addressOf(given: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port = ''] = ADDRESS.exec(given) ?? [];
  return { host, port: Number(port) };
}

/** What was given, in the recorder's own names. */
function limitsOf(options: Options): Partial<RecorderLimits> {
  const { maxConnections, perAddress, idle, halfOpen } = options;
  const ms = (seconds: number | undefined): number | undefined => seconds && seconds * 1000;
  const given = {
    connections: maxConnections,
    perAddress,
    idleMs: ms(idle),
    halfOpenMs: ms(halfOpen),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Made before anything else, so that what cannot be written is named by the file that was asked for. */
function makeFolderOf(out: string): void {
  try {
    makeFolder(dirname(out));
    opendirSync(dirname(out)).closeSync();
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${out}`);
  }
}

function stopped({ signal }: Pick<StepContext, 'signal'>): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
}
