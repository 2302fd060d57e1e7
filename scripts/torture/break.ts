/** Breaks a command off at each of its disk operations, and looks at what is left. */
import {
  FAULT_KINDS,
  inProcess,
  operationsOf,
  withFault,
  type Faulted,
  type FaultKind,
} from './command.js';
import { everyByte, paths } from './look.js';
import { scenarioNamed, type Scenario } from './scenarios/index.js';
import { place, withCopy, type Place } from './world.js';

/** What went wrong in a case. */
export type Fault =
  | 'hung' // it did not end
  | 'defect' // it called its own failure a defect in fedshot
  | 'silent' // it said that it was done, and it was not
  | 'torn' // what is seen is neither the old nor the new
  | 'not repeatable' // the same command again fails, or ends elsewhere
  | 'litter'; // files are left that an undisturbed run does not leave

export interface Case {
  readonly scenario: string;
  readonly kind: FaultKind;
  readonly operation: string;
  /** Whether every byte was as before, so that there was nothing to repeat. */
  readonly untouched: boolean;
  /** Whether the command ended before it came to that operation: nothing was injected. */
  readonly missed: boolean;
  readonly faults: readonly { readonly fault: Fault; readonly detail: string }[];
}

/** Which operation of a course is to fail, and how. */
export interface Break {
  readonly kind: FaultKind;
  /** Number of the operation, from 1. */
  readonly at: number;
  /** A killed process lives on, cut off from the disk: several times as fast. */
  readonly lives?: boolean;
}

type Add = (fault: Fault, detail: string) => void;

/** An undisturbed run of a command; can be sent to another process. */
export interface Course {
  readonly scenario: string;
  /** The folder with the state in which it begins. */
  readonly start: string;
  /** A digest of every byte of that. */
  readonly bytes: string;
  readonly before: string;
  readonly after: string;
  readonly paths: ReadonlySet<string>;
  readonly operations: readonly string[];
}

const look = (scenario: Scenario, at: Place): Promise<string> =>
  withCopy(at, (copy) => scenario.look(copy));

/** Runs a command undisturbed, in copies of `world`, and hands its course on. */
export function withCourse<T>(
  world: Place,
  scenario: Scenario,
  work: (course: Course) => Promise<T>,
): Promise<T> {
  return withCopy(world, async (start) => {
    await scenario.prepare?.(start);
    const known = paths(start);
    const begin = {
      scenario: scenario.name,
      start: start.dir,
      bytes: everyByte(start),
      before: await look(scenario, start),
    };
    const course = await withCopy(start, async (at) => {
      const { code, err, operations } = await operationsOf(scenario.words(at), at.dir);
      if (code !== 0) throw new Error(`${scenario.name}: exit ${code} undisturbed: ${err}`);
      const seen = new Set([...known, ...paths(at)]);
      return Object.assign(begin, { after: await look(scenario, at), paths: seen, operations });
    });
    return work(course);
  });
}

/**
 * Runs a command with one fault, looks, repeats it undisturbed, and looks again. What is byte for byte
 * the state in which it began is not looked at again, and the run from there is the undisturbed one.
 */
export function breakAt(course: Course, { kind, at, lives = false }: Break): Promise<Case> {
  const { before, after } = course;
  const scenario = scenarioNamed(course.scenario);
  const start = place(course.start);
  const faults: Case['faults'][number][] = [];
  const add = (fault: Fault, detail: string): void => void faults.push({ fault, detail });
  return withCopy(start, async (now) => {
    const said = await withFault(scenario.words(now), { root: now.dir, kind, at, lives });
    const operation = course.operations[at - 1]?.replaceAll(start.dir, '') ?? String(at);
    judgeEnd(said, add);
    const untouched = everyByte(now) === course.bytes;
    const seen = untouched ? before : await look(scenario, now);
    const fine = [before, after].includes(seen) || scenario.between?.test(seen);
    if (!fine) add('torn', `${seen} (was ${before}, to be ${after})`);
    if (said.code === 0 && seen !== after) add('silent', `exit 0, and what is seen: ${seen}`);
    // Who was told that it is done does not run it again: a second rotation would be one.
    if (!untouched && said.code !== 0) await repeat(course, now, seen, add);
    findLitter(course, now, add);
    return {
      scenario: scenario.name,
      kind,
      operation: withoutPlace(operation),
      untouched,
      missed: said.count < at,
      faults,
    };
  });
}

async function repeat(course: Course, now: Place, seen: string, add: Add): Promise<void> {
  const { after } = course;
  const scenario = scenarioNamed(course.scenario);
  const again = await inProcess(scenario.words(now));
  const code = /"code":"([^"]*)"/.exec(again.out)?.[1] ?? '';
  const isDone = seen === after && scenario.already?.includes(code);
  if (again.code !== 0 && !isDone) add('not repeatable', again.err.trim());
  const then = await look(scenario, now);
  if (then !== after) add('not repeatable', `${then} (to be ${after})`);
}

function findLitter(course: Course, now: Place, add: Add): void {
  const { leaves } = scenarioNamed(course.scenario);
  const left = [...paths(now)].filter((path) => !course.paths.has(path) && !leaves?.test(path));
  if (left.length > 0) add('litter', left.join(', '));
}

const withoutPlace = (operation: string): string =>
  operation.replace(/\/\S*fedshot-torture-case-[^/]+/, '').replace(/[0-9a-f]{10,}/g, '#');

function judgeEnd(said: Faulted, add: Add): void {
  if (said.hung) add('hung', 'was still there after 90 s');
  else if (said.code === 1) add('defect', said.err.trim().split('\n')[0] ?? '');
}

/** The cases of a course: every `step`-th operation, with each kind of fault that it can have. */
export function casesOf(
  { operations }: Course,
  { step = 1, kinds = FAULT_KINDS }: { step?: number; kinds?: readonly FaultKind[] },
): Break[] {
  return operations.flatMap((operation, i) =>
    kinds.flatMap((kind, k) => {
      if ((i + k) % step !== 0) return [];
      if (kind === 'torn' && !/^\d+ (write|rm) /.test(operation)) return [];
      return [{ kind, at: i + 1 }];
    }),
  );
}
