import { status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { FedshotError, type ErrorCode } from '../errors.js';

/**
 * Errors on the wire are one gRPC status and one word: an error's message may name files and values,
 * so it stays where it arose. Codes that are not listed have nothing to say to a peer.
 */
const TO_STATUS: Partial<Record<ErrorCode, status>> = {
  usage: status.INVALID_ARGUMENT,
  format: status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  denied: status.PERMISSION_DENIED,
  trust: status.UNAUTHENTICATED,
  limit: status.RESOURCE_EXHAUSTED,
  expired: status.FAILED_PRECONDITION,
  network: status.UNAVAILABLE,
};

/** The answer to a call of a method that there is not. */
export const NO_METHOD = { code: status.UNIMPLEMENTED, details: 'no-method' };

/** All that the end of a call may say, beside that it went well. */
export const WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(TO_STATUS),
  'internal',
  NO_METHOD.details,
]);

/** The word that goes with a status. */
export const wordOf = (code: status): string =>
  Object.entries(TO_STATUS).find(([, listed]) => listed === code)?.[0] ?? 'internal';

/** The status that a peer sees for an error: a code and its word, and nothing else. */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details'> {
  const word = error instanceof FedshotError ? error.code : 'internal';
  const code = TO_STATUS[word];
  return code === undefined
    ? { code: status.INTERNAL, details: 'internal' }
    : { code, details: word };
}

/** What a status without one of our words means to a client. */
const FROM_STATUS: Partial<Record<status, ErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'usage',
  [status.NOT_FOUND]: 'not-found',
  [status.PERMISSION_DENIED]: 'denied',
  [status.UNAUTHENTICATED]: 'trust',
  [status.RESOURCE_EXHAUSTED]: 'limit',
  [status.FAILED_PRECONDITION]: 'expired',
};

/** TLS failures arrive as UNAVAILABLE; these are the phrases of OpenSSL and Node for them. */
const DISTRUST =
  /certificate|self[- ]signed|altnames|unable to (verify|get)|CERT_|ERR_TLS|alert unknown ca/i;
const OTHER_NAME = /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/;
const ASKED_FOR_CERTIFICATE = /certificate required|alert number 116/i;

const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200);

/** What grpc-js says around the reason that a connection failed for. */
const reason = (details: string): string =>
  printable(
    details
      .replace(/^No connection established\. Last error: (?:Error: )?/, '')
      .replace(/\.? ?Resolution note: *$/, ''),
  );

function sentence(error: ServiceError, what: string): [ErrorCode, string, string?] {
  const { code, details } = error;
  const why = reason(details);
  // In the clear or not: an enrolled site is known by its certificate, and by nothing else.
  if (ASKED_FOR_CERTIFICATE.test(details) || code === status.UNAUTHENTICATED)
    return ['denied', `${what}: the server asks for a client certificate`, ENROL];
  if (code === status.UNAVAILABLE && OTHER_NAME.test(details))
    return ['trust', `${what}: the server's certificate is for another name: ${names(why)}`, NAME];
  if (code === status.UNIMPLEMENTED && details !== 'no-method')
    return ['usage', `${what}: another program answers there, no provider of releases`, PORT];
  if (code === status.UNAVAILABLE && DISTRUST.test(details))
    return ['trust', `${what}: the server's certificate is not trusted: ${why}`, PIN];
  if (code === status.PERMISSION_DENIED)
    return ['denied', `${what}: the server refuses this site`, REFUSED];
  if (code === status.RESOURCE_EXHAUSTED && details !== 'limit')
    return ['limit', `${what}: the server sent more than it may: ${why}`];
  if (code === status.UNAVAILABLE && CLOSED.test(why))
    return ['network', `${what}: the server closed the connection at once`, CLOSED_HINT];
  const word = FROM_STATUS[code];
  if (word) return [word, `${what}: the server answers: ${word}`];
  return ['network', `${what}: ${why || status[code].toLowerCase()}`, REACH];
}

const names = (why: string): string => /altnames: (.*)/.exec(why)?.[1] ?? why;
const NAME =
  'use a name that it has; the provider adds one with: fedshot keys rotate --role server --host NAME';
const PORT = 'check host and port: fedshot provider serve says where it serves';
/** All that grpc-js says of a connection that ended before HTTP/2 began, with the time. */
const CLOSED = /^Failed to connect \(/;
const CLOSED_HINT =
  'ask the provider whether this site’s certificate is still accepted; or another program listens there';
const REFUSED =
  'its certificate was revoked, has expired or is not for this release: ask the provider';
const ENROL =
  'ask the provider for a start-up kit; then: fedshot client init --kit KIT --trust KIT/trust.json --home HOME';
const PIN = 'check the address, and that the trust file is the one of this provider';
const REACH =
  'check the address, that the provider serves, and that this site is enrolled; then run it again';

/**
 * Turns what a call failed with into an error of this project.
 *
 * @param what names the peer and the thing asked for, e.g. `localhost:7443: freshness`
 */
export function fromStatus(error: unknown, what: string): FedshotError {
  if (error instanceof FedshotError) return error;
  if (!(error instanceof Error) || typeof (error as ServiceError).code !== 'number')
    return new FedshotError('network', `${what}: ${printable(String(error))}`, { cause: error });
  const [code, message, hint] = sentence(error as ServiceError, what);
  return new FedshotError(code, message, { hint, cause: error });
}

/** Whether nobody answered before the deadline: the server has stopped, or the line is down. */
export function isSilence(error: FedshotError): boolean {
  const cause = error.cause as Partial<ServiceError> | undefined;
  return cause?.code === status.DEADLINE_EXCEEDED;
}

/** Whether the same call may succeed later: the line or the server was down, or asked for patience. */
export function isTransient(error: FedshotError): boolean {
  if (error.code === 'network') return true;
  const cause = error.cause as Partial<ServiceError> | undefined;
  return cause?.code === status.RESOURCE_EXHAUSTED && cause.details === 'limit';
}
