import type { Command } from 'commander';
import type { z } from 'zod';
import type { FedshotError } from '../shared/errors.js';
import { ISOLATE_MODES, type IsolateMode } from '../shared/isolate/types.js';
import { choice, withTraits } from '../shared/option.js';
import { execute } from '../api/perform.js';
import { parseOptions, type Operation } from '../api/operation.js';
import { command } from './command.js';
import type { Io } from './io.js';
import { addOption, declareOptions, WHERE_IT_RUNS, type Headings } from './schema.js';

type Shape = z.ZodObject<z.ZodRawShape>;

/** How an operation stands on the command line. Its options, defaults and words are its own. */
export interface CommandOf<S extends Shape, R> {
  readonly operation: Operation<S, R>;
  /** Commander's notation, e.g. `adapt` or `evidence <folder>`; arguments are options of that name. */
  readonly name: string;
  readonly about: string;
  readonly examples: readonly [string, ...string[]];
  /** Headings of `--help`, with the options below them. */
  readonly headings?: Headings;
  /** The JSON document; the result itself unless told. */
  value?(result: R): unknown;
  /** What a person reads. */
  text(result: R, options: z.output<S>): string;
  /** The error with which it ends although there is a result: a verdict is an exit code, too. */
  failure?(result: R, options: z.output<S>): FedshotError | undefined;
  /** For work that answers before it ends: what is said then, in place of the result. */
  answer?(value: unknown, options: z.output<S>): string;
  /** Options that this command sets by itself, and that are no flags of it. */
  readonly preset?: Partial<z.input<S>>;
  /** For work that is never kept apart, since it reads nothing private: `--isolate` is no flag of it. */
  readonly isolate?: 'off';
  /** Whether `--help` lists it as what its group does by itself. */
  readonly isDefault?: boolean;
}

const isolation = withTraits(choice('<mode>', ISOLATE_MODES), { env: 'FEDSHOT_ISOLATE' })
  .default('auto')
  .describe('run apart from the network and from other files');

/** Adds the command of an operation to a group. */
export function addCommand<S extends Shape, R>(
  parent: Command,
  io: Io,
  def: CommandOf<S, R>,
): void {
  const { operation, headings = {} } = def;
  const { shape } = operation.options;
  const words = [...def.name.matchAll(/[<[]([\w-]+)(?:\.\.\.)?[>\]]/g)].map(
    ([, name]) => name ?? '',
  );
  const own = command(parent, def.name, def.about, def.examples, {
    isDefault: def.isDefault ?? false,
  });
  const computing = ['engine', 'device', 'threads'].filter((key) => key in shape);
  const apart = [...words, ...Object.keys(def.preset ?? {})];
  declareOptions(own, operation.options, { ...headings, [WHERE_IT_RUNS]: computing }, apart);
  if (operation.rights && !def.isolate) addOption(own, 'isolate', isolation, WHERE_IT_RUNS);
  own.action(async (...received: unknown[]) => {
    const flags = received.at(-2) as Record<string, unknown>;
    const { json: _json, isolate: mode, ...given } = flags;
    words.forEach((name, i) => (given[name] = received[i]));
    const options = parseOptions(operation, { ...given, ...def.preset } as z.input<S>);
    const { answer } = def;
    const context = {
      reporter: io.reporter,
      signal: io.signal,
      now: () => io.now(),
      env: io.env,
      askSecret: io.askSecret,
      answered: (value: unknown) => io.result(value, () => answer?.(value, options) ?? ''),
      onHangup: io.onHangup,
      log: (line: string) => io.complain(line),
    };
    const settings = {
      isolate: def.isolate ?? (mode as IsolateMode | undefined),
      plugins: io.plugins,
    };
    const result = await execute(operation, options, context, settings);
    if (answer) return;
    io.result(def.value ? def.value(result) : result, () => def.text(result, options));
    const failure = def.failure?.(result, options);
    if (failure) throw failure;
  });
}
