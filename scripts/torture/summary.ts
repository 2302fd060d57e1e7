/** A command's row in docs/benchmarks.md. */
import type { Case, Course, Fault } from './break.js';

export interface Summary {
  readonly command: string;
  readonly operations: number;
  /** Every so many operations were broken off. */
  readonly step: number;
  readonly injected: number;
  /** Cases in which the command ended before it came to the operation. */
  readonly missed: number;
  /** Cases that left every byte as it was: there was nothing to repeat. */
  readonly untouched: number;
  readonly torn: number;
  readonly notRepeatable: number;
  /** Each other fault, with the cases that had it. */
  readonly else: Readonly<Partial<Record<Fault, number>>>;
}

export function summaryOf(course: Course, cases: readonly Case[], step: number): Summary {
  const count = (fault: Fault): number =>
    cases.filter(({ faults }) => faults.some((one) => one.fault === fault)).length;
  const others = (['hung', 'defect', 'silent', 'litter'] as const).map(
    (fault) => [fault, count(fault)] as const,
  );
  return {
    command: course.scenario,
    operations: course.operations.length,
    step,
    injected: cases.filter(({ missed }) => !missed).length,
    missed: cases.filter(({ missed }) => missed).length,
    untouched: cases.filter(({ untouched }) => untouched).length,
    torn: count('torn'),
    notRepeatable: count('not repeatable'),
    else: Object.fromEntries(others.filter(([, n]) => n > 0)),
  };
}
