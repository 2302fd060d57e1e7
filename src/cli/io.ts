import { FedshotError } from '../shared/errors.js';
import type { Reporter } from '../shared/reporter.js';
import {
  painted,
  printableJson,
  terminalReporter,
  type Screen,
} from '../shared/report/terminal/index.js';

/** What a command may touch of the outside: its streams, the clock, the environment, Ctrl-C. */
export interface Io {
  /** Whether `--json` was given: then standard output carries one JSON document and nothing else. */
  readonly json: boolean;
  /** Progress, on standard error. */
  readonly reporter: Reporter;
  /** Text on standard output; with `--json`, where that would break the document, on standard error. */
  out(text: string): void;
  /**
   * The command's result: one line of JSON with `--json`, else what `renderText` makes of it.
   * At most once per run; for commands that go on afterwards (`serve` says where it listens).
   */
  result<T>(value: T, renderText: (value: T) => string): void;
  /** Aborted by the first Ctrl-C or SIGTERM, with a FedshotError `interrupted` as its reason. */
  readonly signal: AbortSignal;
  now(): Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files with definitions from outside this package (`--plugin`). */
  readonly plugins: readonly string[];
  /** Asks at the terminal; undefined where there is none. */
  askSecret(question: string): Promise<string | undefined>;
  /** Is called on SIGHUP. @returns takes it back */
  onHangup(listener: () => void): () => void;
  /** Text on standard error, past the reporter. */
  complain(text: string): void;
}

/** An `Io` as the frame holds it: the frame alone says when `--json` applies and when it is over. */
export interface ProcessIo extends Io {
  json: boolean;
  plugins: readonly string[];
  /** Whether `result` has been called. */
  readonly answered: boolean;
  close(): void;
}

export interface IoOptions {
  stdout: Pick<Screen, 'write'>;
  stderr: Screen;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  now?: () => Date;
  /** Where progress goes; standard error unless told. */
  reporter?: Reporter;
  plugins?: readonly string[];
  askSecret?: Io['askSecret'];
  onHangup?: Io['onHangup'];
}

export function createIo({ stdout, stderr, signal, env, now, ...given }: IoOptions): ProcessIo {
  const terminal = terminalReporter(stderr);
  const reporter = given.reporter ?? terminal;
  const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
  let answered = false;
  const io: ProcessIo = {
    json: false,
    reporter,
    signal,
    env,
    plugins: given.plugins ?? [],
    askSecret: given.askSecret ?? (() => Promise.resolve(undefined)),
    onHangup: given.onHangup ?? (() => () => undefined),
    now: now ?? (() => new Date()),
    get answered() {
      return answered;
    },
    out: (text) => void (io.json ? stderr : stdout).write(line(painted(text))),
    result(value, renderText) {
      if (answered) throw new FedshotError('internal', 'a command printed two results');
      answered = true;
      stdout.write(
        line(io.json ? printableJson(JSON.stringify(value)) : painted(renderText(value))),
      );
    },
    complain: (text) => void stderr.write(line(painted(text))),
    close: () => {
      terminal.close();
    },
  };
  return io;
}
