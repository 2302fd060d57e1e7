import type { Command } from 'commander';
import type { z } from 'zod';
import { ISOLATE_MODES, type IsolateMode } from '../shared/isolate/types.js';
import { choice, withTraits } from '../shared/option.js';
import { engineOptions } from '../api/engine-options.js';
import { execute } from '../api/perform.js';
import type { CommandOf } from '../api/command.js';
import { parseOptions } from '../api/operation.js';
import { command } from './command.js';
import type { Io } from './io.js';
import { addOption, declareOptions, WHERE_IT_RUNS } from './schema.js';

type Shape = z.ZodObject<z.ZodRawShape>;

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
  const computing = Object.entries(engineOptions).flatMap(([key, option]) =>
    shape[key] === option ? [key] : [],
  );
  const apart = [...words, ...Object.keys(def.preset ?? {})];
  declareOptions(own, operation.options, { ...headings, [WHERE_IT_RUNS]: computing }, apart);
  if (operation.rights && !def.isolate) addOption(own, 'isolate', isolation, WHERE_IT_RUNS);
  own.action(async (...received: unknown[]) => {
    const flags = received.at(-2) as Record<string, unknown>;
    const { json: _json, isolate: mode, ...given } = flags;
    words.forEach((name, i) => (given[name] = received[i]));
    const options = parseOptions(operation, { ...given, ...def.preset } as z.input<S>);
    const context = {
      reporter: io.reporter,
      signal: io.signal,
      now: () => io.now(),
      env: io.env,
      askSecret: (question: string) => io.askSecret(question),
      answered: (value: unknown) => io.result(value, () => def.answer?.(value, options) ?? ''),
      onHangup: (listener: () => void) => io.onHangup(listener),
      log: (line: string) => io.complain(line),
    };
    const settings = {
      isolate: def.isolate ?? (mode as IsolateMode | undefined),
      plugins: io.plugins,
    };
    const result = await execute(operation, options, context, settings);
    if (def.answer) return;
    io.result(def.value ? def.value(result) : result, () => def.text(result, options));
    const failure = def.failure?.(result, options);
    if (failure) throw failure;
  });
}
