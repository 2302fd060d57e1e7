import { releaseService } from '../../shared/rpc/index.js';

export { encodeChunk } from '../../shared/rpc/index.js';

type Method = 'GetRoot' | 'GetManifest' | 'GetFreshness';

/** The one encoding of a response that carries an envelope. */
export const encodeUnary = (method: Method, response: { envelope: Uint8Array }): Buffer =>
  releaseService[method].responseSerialize({ envelope: Buffer.from(response.envelope) });

export const decodeUnary = (method: Method, message: Buffer): Uint8Array =>
  releaseService[method].responseDeserialize(message).envelope;
