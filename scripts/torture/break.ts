/** Breaks a command off at each of its disk operations, and looks at what is left. */
import { FAULT_KINDS, inProcess, withFault, type Faulted, type FaultKind } from './command.js';
import { paths } from './look.js';
import type { Scenario } from './scenarios.js';
import { withCopy, type Place } from './world.js';

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
  readonly faults: readonly { readonly fault: Fault; readonly detail: string }[];
}

/** An undisturbed run of a command. */
export interface Course {
  readonly scenario: Scenario;
  /** The state in which it begins. */
  readonly start: Place;
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
    const before = await look(scenario, start);
    const known = paths(start);
    const course = await withCopy(start, async (at) => {
      const { code, err, operations } = await withFault(scenario.words(at), {
        root: at.dir,
        kind: 'count',
      });
      if (code !== 0) throw new Error(`${scenario.name}: exit ${code} undisturbed: ${err}`);
      const seen = new Set([...known, ...paths(at)]);
      return { scenario, start, before, after: await look(scenario, at), paths: seen, operations };
    });
    return work(course);
  });
}

/** Runs a command with one fault, looks, repeats it undisturbed, and looks again. */
export function breakAt(course: Course, kind: FaultKind, at: number): Promise<Case> {
  const { scenario, start, before, after } = course;
  const faults: Case['faults'][number][] = [];
  const add = (fault: Fault, detail: string): void => void faults.push({ fault, detail });
  return withCopy(start, async (place) => {
    const said = await withFault(scenario.words(place), { root: place.dir, kind, at });
    const operation = course.operations[at - 1]?.replaceAll(start.dir, '') ?? String(at);
    judgeEnd(said, add);
    const seen = await look(scenario, place);
    const fine = [before, after].includes(seen) || scenario.between?.test(seen);
    if (!fine) add('torn', `${seen} (was ${before}, to be ${after})`);
    if (said.code === 0 && seen !== after) add('silent', `exit 0, and what is seen: ${seen}`);

    const again = await inProcess(scenario.words(place));
    const code = /"code":"([^"]*)"/.exec(again.out)?.[1] ?? '';
    const isDone = seen === after && scenario.already?.includes(code);
    if (again.code !== 0 && !isDone) add('not repeatable', again.err.trim());
    const then = await look(scenario, place);
    if (then !== after) add('not repeatable', `${then} (to be ${after})`);
    const left = [...paths(place)].filter((path) => !course.paths.has(path));
    if (left.length > 0) add('litter', left.join(', '));
    return { scenario: scenario.name, kind, operation: withoutPlace(operation), faults };
  });
}

const withoutPlace = (operation: string): string =>
  operation.replace(/\/\S*fedshot-torture-case-[^/]+/, '').replace(/[0-9a-f]{10,}/g, '#');

function judgeEnd(said: Faulted, add: (fault: Fault, detail: string) => void): void {
  if (said.hung) add('hung', 'was still there after 90 s');
  else if (said.code === 1) add('defect', said.err.trim().split('\n')[0] ?? '');
}

/**
 * Every `step`-th operation of a command, with each kind of fault that the operation can have.
 * @param width cases at once
 */
export async function breakEach(
  course: Course,
  options: { step?: number; kinds?: readonly FaultKind[]; width?: number; seed?: number },
  each: (one: Case) => void,
): Promise<void> {
  const { step = 1, kinds = FAULT_KINDS, width = 2, seed = 0 } = options;
  const jobs = course.operations.flatMap((operation, i) =>
    kinds.flatMap((kind, k) => {
      if ((i + seed + k) % step !== 0) return [];
      if (kind === 'torn' && !/^\d+ (write|rm) /.test(operation)) return [];
      return [{ kind, at: i + 1 }];
    }),
  );
  const next = jobs.values();
  const worker = async (): Promise<void> => {
    for (const { kind, at } of next) each(await breakAt(course, kind, at));
  };
  await Promise.all(Array.from({ length: width }, worker));
}
