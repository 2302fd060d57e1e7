/**
 * How long gRPC's header blocks can be, by RFC 7541: at most each field as a literal with its name
 * and without Huffman coding, at least one byte for a field that the table has.
 */
type Field = readonly [name: string, value: string];

const DATE = 'Mon, 23 Nov 2026 09:00:00 GMT';

/** What grpc-js sends, and what Node's http2 adds. */
const RESPONSE: readonly Field[] = [
  [':status', '200'],
  ['content-type', 'application/grpc+proto'],
  ['grpc-accept-encoding', 'identity,deflate,gzip'],
  ['grpc-encoding', 'identity'],
  ['date', DATE],
];
/** The longest of the words that stand for an error. */
const TRAILERS: readonly Field[] = [
  ['grpc-status', '16'],
  ['grpc-message', 'not-found.'],
];
const REQUEST: readonly Field[] = [
  [':scheme', 'https'],
  [':method', 'POST'],
  ['grpc-accept-encoding', 'identity,deflate,gzip'],
  ['accept-encoding', 'identity'],
  ['user-agent', 'grpc-node-js/1.14.10'],
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
  ['grpc-timeout', '60000000m'],
];
const HOST_NAME = 64;

const literal = ([name, value]: Field): number => 3 + name.length + value.length;
const indexed = 2;
const sum = (fields: readonly Field[]): number =>
  fields.reduce((total, field) => total + literal(field), 0);

/** Bounds on the bytes of one header block. */
export interface Block {
  readonly least: number;
  /** On a connection that has not sent these fields yet. */
  readonly first: number;
  /** On one that has. */
  readonly later: number;
}

const dateAgain = 2 + DATE.length;
export const RESPONSE_BLOCK: Block = {
  least: RESPONSE.length,
  first: sum(RESPONSE),
  later: indexed * RESPONSE.length + dateAgain,
};
export const TRAILERS_BLOCK: Block = {
  least: TRAILERS.length,
  first: sum(TRAILERS),
  later: indexed * TRAILERS.length + 12, // another word than before
};
/** `path` is the method's; the authority is a host name and a port. */
export const requestBlock = (path: string): Block => ({
  least: REQUEST.length + 2,
  first: sum(REQUEST) + 3 + 5 + path.length + 3 + 10 + HOST_NAME,
  later: indexed * (REQUEST.length + 1) + 2 + path.length + 12, // the deadline changes
});
