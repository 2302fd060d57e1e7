import type { ReaderInput } from '../../define.js';
import { CSV_OPTIONS } from '../csv/options.js';

const { label, labels, ignore, missing } = CSV_OPTIONS;

/** Options of `parquet:`. */
export const PARQUET_OPTIONS = { label, labels, ignore, missing };

export type ParquetInput = ReaderInput<typeof PARQUET_OPTIONS>;
