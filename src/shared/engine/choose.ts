import { FedshotError } from '../errors.js';
import type { Found, NotHere } from './definition.js';
import { engines } from './registry.js';
import { ownEnvironment, SETTINGS, type Environment } from './settings.js';
import type { EngineOptions } from './types.js';

/** One way to compute on this machine. */
export interface Candidate extends Found {
  /** Name of the engine's definition. */
  engine: string;
}

/**
 * What could run here, the best first: a GPU before the CPU, and on either of them in the order of the
 * registry; and what is missing.
 */
export function survey(
  env: Environment = ownEnvironment(),
  names: readonly string[] = engines.names(),
): { found: Candidate[]; missing: (NotHere & { engine: string })[] } {
  const each = names.map((name) => ({ engine: name, ...engines.get(name).find(env) }));
  const found = each.flatMap(({ engine, found: ways }) => ways.map((way) => ({ ...way, engine })));
  const on = (device: Candidate['device']): Candidate[] =>
    found.filter((candidate) => candidate.device === device);
  return {
    found: [...on('cuda'), ...on('cpu')],
    missing: each.flatMap(({ engine, missing }) => missing.map((one) => ({ ...one, engine }))),
  };
}

/** What could run here, the best first. */
export const candidates = (env?: Environment): Candidate[] => survey(env).found;

/** What `options` ask for; where they say `auto`, the environment variable `FEDSHOT_ENGINE` decides. */
export function wantedEngine({ engine = 'auto', env = ownEnvironment() }: EngineOptions): string {
  const wanted = engine === 'auto' ? (env[SETTINGS.engine] ?? 'auto') : engine;
  if (wanted === 'auto' || engines.has(wanted)) return wanted;
  throw new FedshotError('usage', `unknown engine "${wanted}"`, {
    hint: `engines are ${['auto', ...engines.names()].join(', ')}`,
  });
}

/**
 * The candidates that serve `options`, the best first.
 *
 * @throws FedshotError `engine` when none does and one was asked for by name or device
 */
export function choose(
  options: EngineOptions,
  from: readonly Candidate[] = looked(options),
): Candidate[] {
  const { engine = 'auto', device = 'auto' } = options;
  const fitting = from.filter((candidate) => fits(candidate, options));
  if (fitting.length > 0) return fitting;
  const what = engine === 'auto' ? `no engine` : `engine ${engine} is not here or cannot run`;
  const where = device === 'auto' ? '' : ` on ${device}`;
  throw new FedshotError('engine', `${what}${where}`, {
    hint: `\`fedshot engine list\` shows what is here and what is missing${fetching(options)}`,
  });
}

/** Looks only for the engine that was asked for by name: another one's faults do not matter then. */
function looked({ engine = 'auto', env }: EngineOptions): Candidate[] {
  return survey(env, engine === 'auto' ? undefined : [engine]).found;
}

/** The engines that can be fetched; the first is what `engine install` takes without a name. */
export const installable = (): string[] =>
  engines
    .all()
    .filter((definition) => definition.install !== undefined)
    .map(({ name }) => name);

/** What fetches the engine that was asked for, where something does. */
function fetching({ engine = 'auto', device }: EngineOptions): string {
  const [first, ...others] = installable();
  if (!first || (engine !== 'auto' && engine !== first && !others.includes(engine))) return '';
  const named = others.includes(engine) ? ` ${engine}` : '';
  return `, \`fedshot engine install${named}${device === 'cuda' ? ' --device cuda' : ''}\` fetches it`;
}

/** Whether the options leave `candidate` to choose from. */
export const fits = (
  { engine, device }: Pick<Candidate, 'engine' | 'device'>,
  wanted: EngineOptions,
): boolean =>
  [engine, 'auto', undefined].includes(wanted.engine) &&
  [device, 'auto', undefined].includes(wanted.device);
