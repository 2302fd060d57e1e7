import { keyId } from '../../shared/release/index.js';
import { claim, type Claim } from '../types.js';
import type { RecordFile } from './file.js';

const HOW = 'fedshot audit record --listen HOST:PORT --to PROVIDER --out record.jsonl';

/**
 * Whether the records are as a recorder wrote them. Without a pinned key only their consistency can be
 * checked: an attacker who changes one can sign it again with a key of his own.
 *
 * @param pinned key id of the recorder that the auditor trusts
 */
export function recordClaim(recordings: readonly RecordFile[], pinned: string | undefined): Claim {
  const sentence =
    pinned === undefined
      ? 'The record is consistent with itself; whose it is, is not known'
      : 'The record is as the pinned recorder wrote it';
  return claim('egress/record', sentence, {
    evidence: recordings.flatMap(evidence),
    findings: recordings.flatMap((recording) => findings(recording, pinned)),
    missing: recordings.flatMap((recording) => missing(recording, pinned)),
    notCovered: [
      ...(pinned === undefined
        ? [
            'whoever changes a record can sign it with another key: get the key id from who runs the recorder, and pin it with --recorder-key',
          ]
        : []),
      ...recordings.flatMap(({ name, gaps }) =>
        gaps.map((gap) => `${name}: the recorder did not run, or its end was cut off, from ${gap}`),
      ),
      'what passes beside the recorder, where it is not the only way',
      'what the recorder may have written after the last line that is here',
    ],
  });
}

function evidence(recording: RecordFile): string[] {
  const { name, lines, connections, from, until, heads, keyids, refused } = recording;
  const ways = new Set(heads.map(({ listen, to, software }) => `${listen} → ${to}, ${software}`));
  return [
    `${name}: ${lines} lines, ${connections.length} connections, ${from} to ${until}`,
    ...[...ways].map((way) => `${name}: ${way}`),
    ...keyids.map((id) => `${name}: signed by the recorder ${id}`),
    ...(refused > 0 ? [`${name}: ${refused} connections too many were turned away`] : []),
  ];
}

function findings({ name, faults, keyids, unsigned }: RecordFile, pinned?: string): string[] {
  if (pinned === undefined) return [...faults];
  // Whoever pins a key may know it by its id or as it is.
  const ids = [pinned, keyId(Buffer.from(pinned, 'hex'))];
  const others = keyids.filter((id) => !ids.includes(id));
  return [
    ...others.map((id) => `${name}: signed by the recorder ${id}, which is not the pinned one`),
    ...(unsigned > 0 ? [`${name}: ${unsigned} lines that the pinned recorder has not signed`] : []),
    ...faults,
  ];
}

function missing({ name, unsigned, ended }: RecordFile, pinned?: string): string[] {
  return [
    ...(unsigned > 0 && pinned === undefined
      ? [
          `${name}: unsigned record, ${unsigned} lines: by fedshot 0.1, or stripped of its signatures; record anew: ${HOW}`,
        ]
      : []),
    ...(ended
      ? []
      : [
          `${name}: ends without a mark: copy it again in a second, or once the recorder has ended`,
        ]),
  ];
}
