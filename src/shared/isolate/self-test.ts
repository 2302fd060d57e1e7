import { createSocket } from 'node:dgram';
import { openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { networkNamespace, type Bait } from './bait.js';
import { SUCCEEDED, tryKernel } from './kernel/apply.js';
import type { Attempt } from './types.js';

/** TEST-NET-1 (RFC 5737): no host has it. Only tried where no interface could carry a packet. */
const NOWHERE = '192.0.2.1';
const PATIENCE_MS = 1000;

export interface Surroundings {
  readonly namespace: string;
  readonly interfaces: string[];
  readonly routes: number;
  /** Each mount that is to be seen, as `/usr ro`. */
  readonly mounts: string[];
}

/** What of a network is to be seen from here. */
export function lookAround(): Surroundings {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const lines = read('/proc/self/net/dev').split('\n').slice(2);
  const listed = lines.map((line) => line.split(':')[0]!.trim()).filter(Boolean);
  const interfaces = [...new Set([...listed, ...Object.keys(networkInterfaces())])].sort();
  const routes = read('/proc/self/net/route').trim().split('\n').slice(1);
  const mounts = read('/proc/self/mountinfo').trim().split('\n').map(mountOf);
  const namespace = networkNamespace();
  return { namespace, interfaces, routes: routes.length, mounts: [...new Set(mounts)].sort() };
}

/** Place and access of a line of mountinfo (proc(5)); what a path cannot have in it stays escaped. */
function mountOf(line: string): string {
  const [, , , , place = '', options = ''] = line.split(' ');
  return `${place} ${options.split(',').includes('ro') ? 'ro' : 'rw'}`;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'failed';

function tryConnect(to: { host: string; port: number } | { path: string }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, timeout: PATIENCE_MS });
    const end = (result: string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(SUCCEEDED));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error) => end(codeOf(error)));
  });
}

function trySend(host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => resolve(codeOf(error)));
    socket.send('x', 53, host, (error) => {
      socket.close();
      resolve(error ? codeOf(error) : SUCCEEDED);
    });
  });
}

function tryFiles(what: () => unknown): string {
  try {
    what();
    return SUCCEEDED;
  } catch (error) {
    return codeOf(error);
  }
}

/** Tries every way out of the network that there is; nothing leaves a machine that has interfaces. */
export async function tryNetwork(bait: Bait | undefined, around: Surroundings): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  if (bait)
    attempts.push({
      attempt: `connect to 127.0.0.1:${bait.port}, which answers outside`,
      result: await tryConnect({ host: '127.0.0.1', port: bait.port }),
    });
  if (around.interfaces.every((name) => name === 'lo')) {
    attempts.push(
      {
        attempt: `connect to ${NOWHERE}:443`,
        result: await tryConnect({ host: NOWHERE, port: 443 }),
      },
      { attempt: `send a datagram to ${NOWHERE}:53`, result: await trySend(NOWHERE) },
    );
  }
  return attempts;
}

/** Tries what a filter of calls, or a namespace, is to refuse. */
export async function tryBeyond(bait: Bait | undefined): Promise<Attempt[]> {
  const attempts = await tryKernel();
  if (bait)
    attempts.push({
      attempt: 'connect to an abstract socket that answers outside',
      result: await tryConnect({ path: `\0${bait.abstract}` }),
    });
  return attempts;
}

/** Tries to read and write what is not the step's own. */
export function tryForeignFiles(bait: Bait, foreign: readonly string[]): Attempt[] {
  const read = (path: string): unknown =>
    statSync(path).isDirectory() ? readdirSync(path) : openSync(path, 'r');
  return [
    { attempt: `read ${bait.file}`, result: tryFiles(() => readFileSync(bait.file)) },
    {
      attempt: `write beside ${bait.file}`,
      result: tryFiles(() => writeFileSync(join(dirname(bait.file), 'note'), 'x')),
    },
    ...foreign.map((path) => ({ attempt: `read ${path}`, result: tryFiles(() => read(path)) })),
  ];
}
