import type { Reporter } from '../reporter.js';
import type { IsolationRecord } from './types.js';

/** What a step may touch of the outside, whichever process it runs in. */
export interface StepContext {
  readonly reporter: Reporter;
  /** Aborted, with a FedshotError `interrupted` as its reason, when the step is to end. */
  readonly signal: AbortSignal;
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
export interface Order {
  /** URL of the module whose default export is the step. */
  readonly entry: string;
  /** Modules that are loaded before it: definitions from outside this package. */
  readonly plugins: readonly string[];
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
export type ToWorker = { kind: 'order'; order: Order } | { kind: 'answer'; reply: Reply };

/** The answer to a question. */
export interface Reply {
  readonly answer?: string;
  readonly error?: SentError;
}
