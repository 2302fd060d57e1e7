import { z } from 'zod';
import { ReleaseName, Sha256 } from '../../shared/release/fields.js';
import type { AdaptResult, Use } from '../adaptation/types.js';
import { RUN_ID, RUN_NAME } from './id.js';

export const RunId = z.string().regex(RUN_ID, 'not the id of a run');

/** What is read of a result again; the rest of it is kept as it was written. */
const Result = z.looseObject({
  release: z.looseObject({
    name: ReleaseName,
    version: z.number().int().min(1),
    digest: z.string(),
  }),
  method: z.string(),
  n: z.number().int().min(1),
  seed: z.number(),
  battery: z.looseObject({ outcome: z.string(), kept: z.enum(['adapted', 'source']) }),
  classifierUnchanged: z.boolean(),
});

const Scale = z.strictObject({ factor: z.number(), offset: z.number() });
const UseSchema = z.looseObject({
  reading: z.looseObject({
    invert: z.boolean().optional(),
    orient: z.string().optional(),
    deslant: z.boolean().optional(),
    fill: z.boolean().optional(),
    zoom: z.number().optional(),
    scale: Scale.optional(),
  }),
  unknownAbove: z.number().optional(),
  stream: z.boolean(),
});

/** A run and the digest of its record, which names the digests of its other files. */
const Ref = z.strictObject({ run: RunId, record: Sha256 });
export type RunRef = z.infer<typeof Ref>;

const Record = z.object({
  format: z.literal('fedshot-run/1'),
  id: RunId,
  /** What the site calls it. */
  name: z.string().regex(RUN_NAME, 'not a name of a run').optional(),
  /** When it began, ISO 8601. */
  began: z.iso.datetime(),
  /** What its result depends on; files without their folders. */
  settings: z.record(z.string(), z.unknown()),
  result: Result,
  use: UseSchema,
  /** Runs of other releases whose models answer together with this one's. */
  together: z.array(Ref).optional(),
  verdict: z.strictObject({
    outcome: z.string(),
    /** Whether the battery lets its model be used. */
    accepted: z.boolean(),
    /** Whether `--force` was given. */
    forced: z.boolean(),
  }),
  /** SHA-256 of each of its other files; without weights where they were not kept. */
  files: z.record(z.string(), Sha256),
});

/** What stays of a run: all that is known of it but samples and weights. */
export type RunRecord = Omit<z.infer<typeof Record>, 'result' | 'use'> & {
  result: AdaptResult;
  use: Use;
};

// The cast adds what is not read again.
export const RecordSchema = Record as unknown as z.ZodType<RunRecord>;

/** The record of version 0.1, in which pictures stood as well. */
export interface OldRecord {
  result: AdaptResult;
  use: Use;
  /** Names of other releases. */
  together?: string[];
}

export const OldRecordSchema = z.looseObject({
  result: Result,
  use: UseSchema,
  together: z.array(ReleaseName).optional(),
}) as unknown as z.ZodType<OldRecord>;
