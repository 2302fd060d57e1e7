import type { Reporter } from '../reporter.js';
import type { IsolationRecord } from './types.js';

/** What a step may touch of the outside, whichever process it runs in. */
export interface StepContext {
  readonly reporter: Reporter;
  /** Aborted, with a FedshotError `interrupted` as its reason, when the step is to end. */
  readonly signal: AbortSignal;
  /** The time, which tests give. */
  now(): Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the step is kept apart from; absent for steps that touch neither private data nor a network. */
  readonly isolation?: IsolationRecord;
  /** Asks the process outside, where there is one, for what is not to be seen inside. */
  readonly ask?: (question: string) => Promise<string>;
  /** Says something before the end, as a server does that is ready. */
  answered(value: unknown): void;
  /** Is called when the step shall read its settings anew (SIGHUP). @returns takes it back */
  onHangup(listener: () => void): () => void;
  /** One line of a log for operators. */
  log(line: string): void;
}

/** What a worker runs: the default export of a module. */
export interface Step<I = unknown, R = unknown> {
  run(input: I, context: StepContext): Promise<R>;
}

/** What the process outside sends to the worker, once. */
export interface WorkOrder {
  /** URL of the module whose default export is the step. */
  readonly entry: string;
  /** The step's name, where the module exports several. */
  readonly name: string;
  /** Files with definitions from outside this package, and the URL of what loads them. */
  readonly plugins: readonly string[];
  readonly pluginLoader: string;
  readonly input: unknown;
  readonly mode: 'auto' | 'require' | 'off';
  readonly network: boolean;
  readonly foreign: readonly string[];
  /** What it was allowed to write, for the line that says so. */
  readonly written: readonly string[];
}

/** An error as it travels between processes. */
export interface SentError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly stack?: string;
}

/** What the process outside sends later. */
export type ToWorker = { kind: 'order'; order: WorkOrder } | { kind: 'answer'; reply: Reply };

/** The answer to a question. */
export interface Reply {
  readonly answer?: string;
  readonly error?: SentError;
}

/**
 * The step that a module exports: by itself, or as the operation of a command, or as one of a list.
 * @throws TypeError
 */
export function stepIn(exported: unknown, name: string): Step {
  const steps = [exported].flat().map((one) => {
    const { operation = one } = one as { operation?: unknown };
    return operation as Partial<Step> & { name?: string };
  });
  const step =
    steps.find((one) => one.name === name) ?? (steps.length === 1 ? steps[0] : undefined);
  if (typeof step?.run !== 'function') throw new TypeError(`${name}: its module exports no step`);
  return step as Step;
}
