import type { AdaptResult, KeptRun } from '../../client/index.js';
import { percent, points } from '../../shared/report/terminal/index.js';
import { batteryLines } from './battery-lines.js';
import { methodLines } from './method-lines.js';

/** What came of an adaptation, for a terminal. */
export function adaptLines(
  result: AdaptResult & { run: KeptRun },
  { home, report }: { home: string; report?: string },
): string[] {
  const { release, n, seconds, battery, sources, run } = result;
  const { sourceOnlyAccuracy: before, adaptedAccuracy: after } = result;
  const gain = before === undefined || after === undefined ? undefined : after - before;
  return [
    `${release.name} version ${release.version}, adapted to ${n} samples in ${seconds.toFixed(0)} s`,
    gain === undefined
      ? 'no labels to score on'
      : `accuracy ${percent(before)} → ${percent(after)} (${points(gain)} points)`,
    ...methodLines(result),
    ...(sources ? [] : batteryLines(battery)),
    'the classifier is bit for bit the released one',
    runLine(run),
    ...(report ? [`report: ${report}`] : []),
    `next: fedshot client predict --home ${home} --name ${release.name} --data …`,
  ];
}

const runLine = ({ id, name, inUse }: KeptRun): string =>
  `run ${id}${name === undefined ? '' : ` (${name})`}: ${inUse ? 'in use now' : 'not used; what was in use stays'}`;
