import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { rootCertificates } from 'node:tls';
import { FedshotError } from '../../shared/errors.js';
import { Pace } from './pace.js';
import { STALL_MS, type Source, type SourceOptions } from './source.js';
import { treeSource } from './tree.js';

const LOOKAHEAD = 8;

const TLS_TROUBLE = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|ERR_TLS|ERR_SSL/;

/** @throws FedshotError for every answer but the file itself and "no such file" */
function judge(url: URL, { statusCode: code = 0 }: IncomingMessage): boolean {
  if (code === 200) return true;
  if (code === 404 || code === 403 || code === 410) return false;
  if (code >= 300 && code < 400)
    throw new FedshotError('trust', `${url.href}: redirects elsewhere, which is not followed`, {
      hint: 'give the address that it leads to, if you trust that one',
    });
  const kind = code === 429 || code >= 500 ? 'network' : 'not-found';
  throw new FedshotError(kind, `${url.href}: HTTP status ${code}`);
}

async function collect(
  url: URL,
  response: IncomingMessage,
  maxBytes: number,
  arrived: (bytes: number) => void,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    arrived(part.length);
    if (length > maxBytes) {
      response.destroy();
      throw new FedshotError('limit', `${url.href}: more than ${maxBytes} bytes`);
    }
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function request(
  url: URL,
  agent: Agent,
  stallMs: number,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'identity', 'user-agent': 'fedshot' };
    const call = get(url, { agent, signal, headers, timeout: stallMs }, resolve);
    call.once('timeout', () => call.destroy(new Error(`silent for ${stallMs / 1000} s`)));
    call.once('error', reject);
  });
}

function explain(url: URL, error: unknown): FedshotError {
  if (error instanceof FedshotError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!TLS_TROUBLE.test(code))
    return new FedshotError('network', `${url.href}: ${(error as Error).message}`, {
      hint: 'check the address; a server that fedshot provider serve started is given as HOST:PORT',
      cause: error,
    });
  return new FedshotError('trust', `${url.host}: its certificate is not trusted (${code})`, {
    hint: 'check the address; where its authority is one of your own, give its certificate with --ca',
    cause: error,
  });
}

/**
 * A static export on any web server or object store. Its certificate may come from the provider's CA,
 * from one that the world knows or from one that the site names: what it sends is verified either way.
 *
 * @throws FedshotError `trust` for plain http
 */
export function httpsSource(address: string, options: SourceOptions): Source {
  if (!URL.canParse(address)) throw new FedshotError('usage', `not an address: ${address}`);
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  if (base.protocol !== 'https:')
    throw new FedshotError('trust', `${address}: only https:// is used, never ${base.protocol}//`, {
      hint: 'serve it over https, or copy it here and give its folder',
    });
  if (base.username || base.search || base.hash)
    throw new FedshotError('usage', `${address}: give scheme, host and path only`);
  const { ca, webCa = [], identity, stallMs = STALL_MS, signal } = options;
  const agent = new Agent({
    ...identity,
    ca: [...rootCertificates, ...webCa, ...ca],
    keepAlive: true,
    maxSockets: LOOKAHEAD,
    minVersion: 'TLSv1.2',
  });
  const pace = new Pace(address, stallMs);
  const readWhole = async (url: URL, maxBytes: number): Promise<Uint8Array | undefined> => {
    const tooSlow = pace.signal;
    try {
      const either = AbortSignal.any([tooSlow, ...(signal ? [signal] : [])]);
      const response = await request(url, agent, stallMs, either);
      if (judge(url, response))
        return await collect(url, response, maxBytes, (bytes) => {
          pace.arrived(bytes);
        });
      response.resume();
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      tooSlow.throwIfAborted();
      throw explain(url, error);
    }
  };
  const read = (path: string, maxBytes: number): Promise<Uint8Array | undefined> =>
    pace.during(() => readWhole(new URL(path, base), maxBytes));
  return treeSource(address, read, LOOKAHEAD, () => {
    agent.destroy();
  });
}
