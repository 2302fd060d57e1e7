import { z } from 'zod';
import { DTYPES } from '../format/dtypes.js';
import { Count, ReleaseName, Sha256, Time, Version } from './fields.js';
import { MAX_CHUNK_BYTES } from './limits.js';

/** The manifest's form: an in-toto Statement v1 whose subjects are tensors, and our predicate. */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:fedshot:release:v1';

/** The files of a release, in the order of the manifest; there are no others. */
export const TENSOR_FILES = ['B.safetensors', 'C.safetensors', 'F.safetensors'] as const;
export const CONFIG_FILE = 'model.json';
export const RELEASE_FILES = [...TENSOR_FILES, CONFIG_FILE] as const;
export type ReleasePath = (typeof RELEASE_FILES)[number];

const digest = z.strictObject({ sha256: Sha256 });

const Subject = z.strictObject({
  name: z.string(),
  digest,
  annotations: z
    .strictObject({
      dtype: z.enum(DTYPES),
      shape: z.array(Count),
      begin: Count,
      end: Count,
    })
    .optional(),
});

const File = z.strictObject({
  path: z.enum(RELEASE_FILES),
  size: Count.min(1),
  sha256: Sha256,
  chunks: z.array(z.strictObject({ sha256: Sha256, size: Count.min(1).max(MAX_CHUNK_BYTES) })),
});

export const Statement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(Subject),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    name: ReleaseName,
    version: Version,
    created: Time,
    expires: Time,
    previous: z.strictObject({ version: Version, sha256: Sha256 }).optional(),
    files: z.array(File),
  }),
});
export type Statement = z.infer<typeof Statement>;
