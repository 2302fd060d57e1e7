import { z } from 'zod';
import { dataNotation, withTraits } from '../option.js';
import type { DataSource, InMemoryData } from './types.js';

const error = 'Expected data, e.g. idx:images.gz (docs/data.md), or samples in memory.';

/** Which of the two kinds, and that no key is misspelt, is checked by whatever reads it. */
const inMemory = z.custom<InMemoryData>(
  (value) => typeof value === 'object' && value !== null && ('images' in value || 'rows' in value),
);

/**
 * Private data, as an option: a notation of docs/data.md or, from a program, samples in memory. Either
 * way what reads it runs in the sandbox.
 */
export const dataSource = (): z.ZodType<DataSource, DataSource> =>
  withTraits(z.union([dataNotation(), inMemory], { error }), {
    placeholder: '<notation>',
    names: 'data',
  });
