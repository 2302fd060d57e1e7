import { MAX_PROBE_AGENT, requestLimits } from '../shared/rpc/index.js';
import { healthQuestions, reflectionAnswers, standardLimits } from '../shared/rpc/standard.js';
import { claim, type Claim } from './types.js';

/** Most bytes of a request; the largest names 128 chunks. */
const MOST_PER_REQUEST = 600;

/**
 * Reads the schema itself: every request, field by field, and the most that a client can say in it.
 * No request is a stream, none has a field for text of the client's own.
 */
export function auditSchema(): Claim {
  const requests = requestLimits();
  const findings = requests.flatMap(({ message, fields, maxBytes }) => [
    ...(maxBytes > MOST_PER_REQUEST ? [`${message}: up to ${maxBytes} bytes`] : []),
    ...fields
      .filter(({ type, max }) => type === 'string' && max > 64)
      .map(({ name, max }) => `${message}.${name}: text of up to ${max} bytes`),
  ]);
  const line = ({ message, fields, maxBytes }: (typeof requests)[number]): string => {
    const parts = fields.map(({ name, type, max, items, maxBytes: bytes }) => {
      const limit = type === 'uint32' ? `≤ ${max}` : `≤ ${max} bytes`;
      return `${name} (${type}${items > 1 ? `, ≤ ${items} of them` : ''}, ${limit}: ${bytes} bytes)`;
    });
    return `${message}: ${maxBytes} bytes at most; ${parts.join(', ') || 'no fields'}`;
  };
  const sum = requests.reduce((total, { maxBytes }) => total + maxBytes, 0);
  const standard = Math.max(...Object.values(standardLimits()).map(({ maxBytes }) => maxBytes));
  return claim('schema/requests', 'A request has no room for data of a site', {
    evidence: [
      ...requests.map(line),
      `health and reflection: ${healthQuestions.length + reflectionAnswers().size} fixed questions, of at most ${standard} bytes, and the name of the program that asks, at most ${MAX_PROBE_AGENT}`,
      `all ${requests.length} requests together: ${sum} bytes at most; this is all that a site can say`,
    ],
    findings,
    notCovered: [
      'the server refuses what is not the one canonical encoding of these fields; that it does is tested, not seen from here',
      'which numbers a site asks for, in which order and how often, is bounded by the bytes on the wire (egress)',
    ],
  });
}
