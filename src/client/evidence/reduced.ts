import { FedshotError } from '../../shared/errors.js';
import { sha256 } from '../../shared/release/index.js';
import { parseDocument } from '../runs/document.js';
import { OldRecordSchema, RecordSchema, type OldRecord, type RunRecord } from '../runs/record.js';

/** What of a run is not of its data: no pictures, answers, shares, columns, names of files. */
export interface ReducedRecord {
  readonly format: 'fedshot-evidence-run/1';
  readonly id?: string;
  readonly began?: string;
  readonly result: {
    readonly release: { readonly name: string; readonly version: number; readonly digest: string };
    readonly method: string;
    readonly n: number;
    readonly seed: number;
    readonly classifierUnchanged: boolean;
    readonly battery: { readonly outcome: string; readonly kept: string };
  };
  readonly verdict?: RunRecord['verdict'];
  readonly together?: RunRecord['together'] | readonly string[];
  /** SHA-256 of its other files, as they were when it ended. */
  readonly files?: Readonly<Record<string, string>>;
  /** SHA-256 of the whole record, which stays at the site. */
  readonly record: string;
}

/** @throws FedshotError `format` for a damaged record */
export function reduce(
  bytes: Uint8Array,
  file: string,
  run: string | undefined,
): { record: ReducedRecord; files: Readonly<Record<string, string>> } {
  if (run === undefined) {
    const old = parseDocument<OldRecord>(OldRecordSchema, bytes, file);
    return { record: { ...common(old.result, bytes), together: old.together }, files: {} };
  }
  const record = parseDocument<RunRecord>(RecordSchema, bytes, file);
  if (record.id !== run)
    throw new FedshotError('digest', `${file} is the record of run ${record.id}, not of ${run}`);
  const { id, began, verdict, together, files } = record;
  return {
    record: { ...common(record.result, bytes), id, began, verdict, together, files },
    files,
  };
}

function common(
  { release, method, n, seed, classifierUnchanged, battery }: RunRecord['result'],
  bytes: Uint8Array,
): ReducedRecord {
  return {
    format: 'fedshot-evidence-run/1',
    result: {
      release: { name: release.name, version: release.version, digest: release.digest },
      method,
      n,
      seed,
      classifierUnchanged,
      battery: { outcome: battery.outcome, kept: battery.kept },
    },
    record: sha256(bytes),
  };
}
