import type { Model } from '../../shared/model/folder.js';
import { oldNames, readOld } from './old-home.js';
import { readPointer } from './pointer.js';
import { readRecord, readRunModel } from './read.js';
import type { OldRecord, RunRecord } from './record.js';

/** What answers for a release at this site. */
export type Answering =
  | { kind: 'run'; record: RunRecord; forced: boolean }
  /** What version 0.1 has left, as long as nothing was written since. */
  | { kind: 'old'; name: string; record: OldRecord }
  /** Nothing was accepted so far, or the last that was has been taken back. */
  | { kind: 'released' };

/**
 * Finds it, and reads no weights.
 *
 * @returns undefined where the release was never adapted
 * @throws FedshotError `format`, `digest`, naming the file
 */
export function inUse(home: string, name: string): Answering | undefined {
  // An old folder beside a pointer is newer than it: version 0.1 was used once more.
  if (oldNames(home).includes(name)) {
    const { record } = readOld(home, name);
    const own = record.result.battery.kept === 'adapted' || record.together !== undefined;
    return own ? { kind: 'old', name, record } : { kind: 'released' };
  }
  const pointer = readPointer(home, name);
  if (!pointer) return undefined;
  if (!pointer.inUse) return { kind: 'released' };
  const { run, record, forced } = pointer.inUse;
  return { kind: 'run', record: readRecord(home, run, record).record, forced };
}

/** The model of what answers, and the others that answer with it. @throws as `readRunModel` does */
export function modelsOf(
  home: string,
  answering: Exclude<Answering, { kind: 'released' }>,
): (Model & { use: RunRecord['use'] })[] {
  if (answering.kind === 'old') {
    const { name, record } = answering;
    return [name, ...(record.together ?? [])].map((one) => {
      const { record: own, ...model } = readOld(home, one);
      return { ...model, use: own.use };
    });
  }
  const { record } = answering;
  const others = (record.together ?? []).map((ref) => readRecord(home, ref.run, ref.record).record);
  return [record, ...others].map((one) => ({ ...readRunModel(home, one), use: one.use }));
}
