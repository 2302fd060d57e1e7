import { delimiter, resolve } from 'node:path';
import type { z } from 'zod';
import type { DataSource } from '../shared/data/index.js';
import type { SandboxNeeds } from '../shared/engine/definition.js';
import { eventReporter, type FedshotEvent } from '../shared/events.js';
import type { IsolateMode, StepContext } from '../shared/isolate/index.js';
import { Job } from './job.js';
import {
  optionsThatName,
  parseOptions,
  programOnly,
  type Operation,
  type Secrets,
} from './operation.js';

/** How work is run, besides what its options say. */
export interface Settings extends Secrets {
  /** Ends it: what was saved can be resumed. */
  readonly signal?: AbortSignal;
  /**
   * `auto` and `require` run what touches private data or a network as a worker in a sandbox, `off` in
   * this process.
   */
  readonly isolate?: IsolateMode;
  /** Files whose default export is one definition or several: networks, readers, methods, engines. */
  readonly plugins?: readonly string[];
  /** The time, for what runs in this process; the clock’s unless told. */
  readonly now?: () => Date;
  /** Environment of the work; that of this process unless told. */
  readonly env?: StepContext['env'];
  /** Where a server is told to read its settings anew; takes a listener, gives what takes it back. */
  readonly onHangup?: StepContext['onHangup'];
}

type Schema = z.ZodObject<z.ZodRawShape>;

/**
 * Runs an operation as a job: its options are checked first, and its progress becomes events. Plugins
 * are loaded before that: an option may name what they define, and so may a notation of data, whose files
 * are listed in this process.
 */
export const perform = <S extends Schema, R>(
  operation: Operation<S, R>,
  given: z.input<S>,
  settings: Settings = {},
): Job<R> =>
  new Job(async (emit) => {
    await load(settings.plugins);
    const options = parseOptions(operation, given);
    return execute(operation, options, contextOf(settings, emit), settings);
  });

/** The same with checked options, loaded plugins and a context of one's own, as the command line does. */
export async function execute<S extends Schema, R>(
  operation: Operation<S, R>,
  options: z.output<S>,
  context: Omit<StepContext, 'isolation' | 'ask'> & Secrets,
  { isolate = 'auto', plugins = [] }: Pick<Settings, 'isolate' | 'plugins'>,
): Promise<R> {
  const rights = await operation.rights?.(options, context);
  const named = (what: 'data' | 'output'): unknown[] =>
    optionsThatName(operation.options, what).flatMap((key) => options[key] ?? []);
  if (!rights) {
    if (named('data').length > 0)
      throw new TypeError(`${operation.name} reads private data and says no rights`);
    return operation.run(options, context);
  }
  const { filesOfNotation } = await import('../shared/data/index.js');
  const { engineNeeds } = await import('../shared/engine/needs.js');
  const engine: SandboxNeeds =
    'engine' in operation.options.shape ? engineNeeds(options, context.env) : {};
  const here = programOnly(operation.options);
  const sent = Object.fromEntries(Object.entries(options).filter(([key]) => !here.includes(key)));
  const { runIsolated } = await import('../shared/isolate/index.js');
  const value = await runIsolated(
    { entry: operation.module, name: operation.name },
    sent,
    {
      ...rights,
      mode: isolate,
      read: [
        ...named('data').flatMap((source) => filesOfNotation(source as DataSource)),
        ...(rights.read ?? []),
        ...(engine.read ?? []),
        ...plugins.map((file) => resolve(file)),
      ],
      write: rights.write ?? [],
      outputs: [...named('output').filter(isText), ...(rights.outputs ?? [])],
      foreign: (context.env.FEDSHOT_FOREIGN ?? '').split(delimiter).filter((path) => path !== ''),
      plugins: plugins.map((file) => resolve(file)),
      pluginLoader: new URL('./plugins.js', import.meta.url).href,
      env: { ...engine.env, ...rights.env },
      restart: engine.restart,
    },
    context,
  );
  return value as R;
}

/** Into this process; work in the sandbox loads them there as well. */
async function load(plugins: readonly string[] = []): Promise<void> {
  if (plugins.length === 0) return;
  const { usePlugins } = await import('./plugins.js');
  await usePlugins(plugins);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function contextOf(
  settings: Settings,
  emit: (event: FedshotEvent) => void,
): Omit<StepContext, 'isolation' | 'ask'> & Secrets {
  const { signal = new AbortController().signal, now = () => new Date() } = settings;
  return {
    reporter: eventReporter(emit),
    signal,
    now,
    env: settings.env ?? process.env,
    askSecret: (question) => settings.askSecret?.(question) ?? Promise.resolve(undefined),
    answered: (value) => emit({ type: 'ready', value }),
    onHangup: (listener) => settings.onHangup?.(listener) ?? (() => undefined),
    log: (line) => emit({ type: 'log', line }),
  };
}
