import { FedshotError } from '../../../errors.js';
import type { ReadContext } from '../../define.js';
import { classesOf } from '../../label-values.js';
import { withDicom } from '../../pictures/decoders/dicom/file.js';
import { pixelHeader } from '../../pictures/decoders/dicom/header.js';
import type { PictureRef, PictureSet } from '../../pictures/types.js';
import { abbreviate } from '../csv/columns.js';
import { keyword } from './keywords.js';
import { listDicom, type DicomList } from './list.js';
import type { Condition, DicomInput } from './options.js';
import { textOf } from './text.js';

/** More samples than this are a mistake, or somebody's trick. */
const MOST_SAMPLES = 10_000_000;

/**
 * Lists frames by the headers of files, up to their pixels, which stay on the disk.
 *
 * A file whose header cannot be read stays in the set, where whoever looks at it names it and goes on or
 * not, as asked; only where its class or group was to come from the header it is left out, and named.
 *
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function readDicom(input: DicomInput, { signal }: ReadContext): PictureSet {
  const listed = listDicom(input, signal);
  const taken = takeFiles(listed, input, signal);
  const { samples } = taken;
  if (samples.length === 0)
    throw new FedshotError('data', `${input.path}: no DICOM file with pixels is taken`, {
      hint: taken.notes[0],
    });
  const { window } = input.options;
  const fold = input.options.labels === 'fold';
  const options = window === undefined ? undefined : { window };
  const labels = allOf(samples, ({ label }) => label);
  const groups = allOf(samples, ({ group }) => group);
  const severalFrames = samples.some(({ frame }) => frame > 0);
  return {
    source: input.source,
    kind: 'pictures',
    count: samples.length,
    refs: samples.map(({ path, frame }): PictureRef => ({
      decoder: 'dicom',
      path,
      frame,
      options,
    })),
    ...(labels && { ...classesOf(labels, input.path, fold), matching: { fold } }),
    groups: groups && numbered(groups),
    rowNumbers: listed.rowNumbers && !severalFrames ? samples.map(({ row }) => row) : undefined,
    notes: [...listed.notes, ...taken.notes],
  };
}

interface Sample {
  readonly path: string;
  readonly frame: number;
  readonly row: number;
  readonly label?: string;
  readonly group?: string;
}

function allOf(
  samples: readonly Sample[],
  of: (sample: Sample) => string | undefined,
): string[] | undefined {
  const values = samples.flatMap((sample) => of(sample) ?? []);
  return values.length === samples.length ? values : undefined;
}

/** Numbers in place of names, so that who somebody is ends here. */
function numbered(groups: readonly string[]): string[] {
  const names = [...new Set(groups)].sort();
  const at = new Map(names.map((name, i) => [name, `group ${String(i + 1).padStart(8, '0')}`]));
  return groups.map((name) => at.get(name) ?? '');
}

/** What a header says of a file that is taken. */
interface Inspected {
  readonly frames: number;
  readonly label?: string;
  readonly group?: string;
}

function takeFiles(
  listed: DicomList,
  { path, options }: DicomInput,
  signal: AbortSignal | undefined,
): { samples: Sample[]; notes: string[] } {
  const { files, labels, groups, rowNumbers, labelKeyword, groupKeyword } = listed;
  const samples: Sample[] = [];
  const left = { empty: 0, others: 0, broken: [] as string[] };
  const needed = [labelKeyword, groupKeyword].filter((name) => name !== undefined);
  for (const [i, file] of files.entries()) {
    signal?.throwIfAborted();
    const found = inspect(file, listed, options.where ?? []);
    if (found instanceof FedshotError) left.broken.push(found.message);
    if (found === 'empty') left.empty++;
    if (found === 'other') left.others++;
    if (typeof found === 'string') continue;
    const broken = found instanceof FedshotError;
    if (broken && (needed.length > 0 || options.where)) continue;
    const frames = broken ? [0] : framesOf(found.frames, options.frame);
    if (samples.length + frames.length > MOST_SAMPLES)
      throw new FedshotError('limit', `${path}: more than ${MOST_SAMPLES} frames`);
    const own = broken ? undefined : found;
    const label = labels?.[i] ?? own?.label;
    if (label === '')
      throw new FedshotError('data', `${file}: lies in no folder of a class`, {
        hint: 'with label=folder each file lies in the folder of its class',
      });
    const group = groups?.[i] ?? own?.group;
    for (const frame of frames)
      samples.push({ path: file, frame, row: rowNumbers?.[i] ?? i, label, group });
  }
  return { samples, notes: notesOn(left, needed.length > 0 || options.where !== undefined) };
}

function notesOn(
  { empty, others, broken }: { empty: number; others: number; broken: string[] },
  named: boolean,
): string[] {
  return [
    empty > 0 && `${files(empty)} without pixels left out`,
    others > 0 && `${files(others)} left out by where=`,
    broken.length > 0 && named && `left out: ${abbreviate(broken, 3)}`,
  ].filter((note): note is string => note !== false);
}

const files = (n: number): string => `${n} ${n === 1 ? 'file' : 'files'}`;

/** @returns why it cannot be read, where that is so of its header */
function inspect(
  path: string,
  { labelKeyword, groupKeyword }: DicomList,
  where: readonly Condition[],
): Inspected | FedshotError | 'empty' | 'other' {
  try {
    return withDicom(path, (file) => {
      const value = (name: string): string | undefined =>
        textOf(file.header, keyword(name)?.tag ?? '');
      const pixels = pixelHeader(file);
      if (!pixels) return 'empty';
      const holds = ({ keyword: name, values }: Condition): boolean =>
        values.includes(value(name)?.toLowerCase() ?? '');
      if (!where.every(holds)) return 'other';
      const must = (name: string | undefined): string | undefined => {
        if (name === undefined) return undefined;
        const text = value(name);
        if (text !== undefined) return text;
        throw new FedshotError('data', `${path}: its header has no ${name}`);
      };
      return { frames: pixels.frames, label: must(labelKeyword), group: must(groupKeyword) };
    });
  } catch (error) {
    if (error instanceof FedshotError) return error;
    throw error;
  }
}

function framesOf(frames: number, said: DicomInput['options']['frame'] = 'all'): number[] {
  if (said === 'first') return [0];
  if (said === 'middle') return [Math.floor(frames / 2)];
  if (said === 'all') return Array.from({ length: frames }, (_, i) => i);
  return [said];
}
