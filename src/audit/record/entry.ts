/** The lines of a record: what each of them says. */
import { z } from 'zod';
import { Sha256 } from '../../shared/release/fields.js';

const Count = z.number().int().nonnegative();
const Text = z.string().max(300);
const DirectionSchema = z.strictObject({
  bytes: Count,
  clear: z.array(z.tuple([Count, Count])),
  sealed: z.strictObject({ records: Count, bytes: Count }),
  first: z.array(Count),
  other: Count,
});

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not a time');

export const Connection = z.strictObject({
  connection: Count,
  /** Where the connection came from, and the port from which it went on to the provider. */
  from: Text,
  port: Count,
  opened: time,
  closed: time,
  /** Whether both sides ended it as they should. */
  whole: z.boolean(),
  sent: DirectionSchema,
  received: DirectionSchema,
});
/** One connection as the proxy saw it; `sent` is from the site to the provider. */
export type RecordedConnection = z.infer<typeof Connection>;

/** The head of a record by fedshot 0.1, which nobody signed. */
export const UnsignedHead = z.strictObject({
  fedshotRecord: z.literal(1),
  to: Text,
  started: time,
});

export const Head = z.strictObject({
  fedshotRecord: z.literal(2),
  /** The recorder's public key, hex. */
  key: Sha256,
  software: Text,
  /** Where sites connect to, and where that goes on to. */
  listen: Text,
  to: Text,
  started: time,
});
export type RecordHead = z.infer<typeof Head>;

const Open = z.strictObject({ connection: Count, from: Text, port: Count, opened: time });
/** A connection that was not over. */
export type OpenConnection = z.infer<typeof Open>;

/** How far the record goes at this line: what comes from time to time, and at the end. */
export const Mark = z.strictObject({
  mark: z.enum(['running', 'end']),
  at: time,
  /** Connections of this run that have a line. */
  recorded: Count,
  /** Connections that were more than may be at once: turned away, nothing of them was passed on. */
  refused: Count,
  open: z.array(Open),
});
export type RecordMark = z.infer<typeof Mark>;

export type RecordEntry = RecordHead | RecordedConnection | RecordMark;
