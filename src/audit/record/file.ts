import { existsSync } from 'node:fs';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';

const Count = z.number().int().nonnegative();
const DirectionSchema = z.strictObject({
  bytes: Count,
  clear: z.array(z.tuple([Count, Count])),
  sealed: z.strictObject({ records: Count, bytes: Count }),
  first: z.array(Count),
  other: Count,
});

const Connection = z.strictObject({
  connection: Count,
  /** Where the connection came from, and the port from which it went on to the provider. */
  from: z.string(),
  port: Count,
  opened: z.string(),
  closed: z.string(),
  /** Whether both sides ended it as they should. */
  whole: z.boolean(),
  sent: DirectionSchema,
  received: DirectionSchema,
});
/** One connection as the proxy saw it; `sent` is from the site to the provider. */
export type RecordedConnection = z.infer<typeof Connection>;

const Head = z.strictObject({ fedshotRecord: z.literal(1), to: z.string(), started: z.string() });
export type RecordHead = z.infer<typeof Head>;

/** What a record file says: JSON lines, a head and then one line for each connection. */
export interface Recording {
  readonly file: string;
  readonly heads: readonly RecordHead[];
  readonly connections: readonly RecordedConnection[];
}

/** @throws FedshotError `format` for a line that is not of a record */
export function readRecording(file: string): Recording {
  if (!existsSync(file))
    throw new FedshotError('not-found', `no such record: ${file}`, {
      hint: 'give the file that fedshot audit record wrote with --out',
    });
  const lines = readBytes(file).toString().split('\n');
  const heads: RecordHead[] = [];
  const connections: RecordedConnection[] = [];
  lines.forEach((line, i) => {
    // A last line without its end was being written when the machine stopped.
    if (line === '') return;
    const where = `${file}: line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new FedshotError('format', `${where}: not JSON`, { cause });
    }
    const head = Head.safeParse(value);
    if (head.success) return void heads.push(head.data);
    const connection = Connection.safeParse(value);
    if (!connection.success) throw new FedshotError('format', `${where}: not of a recording`);
    connections.push(connection.data);
  });
  if (heads.length === 0) throw new FedshotError('format', `${file}: not a recording`);
  return { file, heads, connections };
}
