import type { ServiceError } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import { fromStatus, openChannel, releaseService } from '../../shared/rpc/index.js';
import type { SourceOptions } from './source.js';

const DEADLINE_MS = 30_000;
const WINDOW = 64 * 1024;

/** Asks a server for roots, and for nothing else. */
export interface RootSource {
  root(version: number, maxBytes: number): Promise<Uint8Array | undefined>;
  close(): void;
}

/**
 * Roots of a server whose certificate this site cannot judge, since its authority came after the root
 * that the site has. Each root is signed by the keys of the one before, so that it does not matter who
 * hands it over; and a request for a root says nothing but its number.
 */
export function rootSource(
  address: string,
  { ca, identity, signal }: Pick<SourceOptions, 'ca' | 'identity' | 'signal'>,
): RootSource {
  const client = openChannel({
    address,
    ca: ca.join('\n'),
    anyAuthority: true,
    identity,
    windowBytes: WINDOW,
    maxMessageBytes: 2 * WINDOW,
  });
  const { path, requestSerialize, responseDeserialize } = releaseService.GetRoot;
  const ask = (version: number): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const settings = { deadline: Date.now() + DEADLINE_MS };
      const done = (error: ServiceError | null, answer?: { envelope: Buffer }): void => {
        signal?.removeEventListener('abort', stop);
        if (answer && !error) resolve(answer.envelope);
        else reject(fromStatus(error, `${address}: root ${version}`));
      };
      const request = { version };
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        settings,
        done,
      );
      const stop = (): void => {
        call.cancel();
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
    });
  return {
    root: async (version, maxBytes) => {
      try {
        const bytes = await ask(version);
        if (bytes.length <= maxBytes) return bytes;
        throw new FedshotError('limit', `${address}: root ${version}: more than ${maxBytes} bytes`);
      } catch (error) {
        if (error instanceof FedshotError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    close: () => {
      client.close();
    },
  };
}
