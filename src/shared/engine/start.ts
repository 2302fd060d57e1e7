import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { asFedshotError, FedshotError } from '../errors.js';
import { choose, wantedEngine } from './choose.js';
import type { Candidate } from './choose.js';
import type { StartOptions } from './definition.js';
import { registerGradients } from './gradients.js';
import { engines } from './registry.js';
import { RunningEngine, turns } from './running.js';
import { ownEnvironment, SETTINGS, whereabouts } from './settings.js';
import type { Engine, EngineOptions } from './types.js';

// A process has one list of tfjs-core's backends, hence one of the engines behind them.
/** By what they are. */
const running = new Map<string, RunningEngine>();
/** By what was asked for; a promise while it starts. */
const asked = new Map<string, RunningEngine | Promise<RunningEngine>>();

async function ended(engine: RunningEngine): Promise<void> {
  for (const known of [running, asked])
    for (const [key, value] of known) if (value === engine) known.delete(key);
  const [other] = running.values();
  if (other && !tf.getBackend()) await tf.setBackend(other.backend);
}

/** An engine that runs already and is what `candidate` would become. */
function alreadyRunning(
  candidate: Candidate,
  { threads, env }: EngineOptions,
): RunningEngine | undefined {
  const { engine: name, device } = candidate;
  const same = running.get(identity(candidate, { threads, env }));
  if (same || !engines.get(name).single) return same;
  const only = [...running.values()].find((other) => other.name === name);
  if (!only || (threads === undefined && only.device.startsWith(device))) return only;
  throw new FedshotError(
    'engine',
    `engine ${name} already runs in this process, on ${only.device} with ${only.threads} threads`,
    { hint: 'a process can run it once: ask for the same, or stop it first' },
  );
}

const identity = (
  { engine, device, version, source }: Candidate,
  { threads = availableParallelism(), env = ownEnvironment() }: EngineOptions,
): string =>
  JSON.stringify([engine, device, version, source, threads, env[SETTINGS.layout] ?? null]);

/** A name that no running engine has among tfjs-core's backends. */
function backendName(engine: string): string {
  const taken = new Set([...running.values()].map(({ backend }) => backend));
  let name = engine;
  for (let i = 2; taken.has(name); i++) name = `${engine}-${i}`;
  return name;
}

/** Loads an engine; the one that was current stays it. */
async function load(candidate: Candidate, options: EngineOptions): Promise<RunningEngine> {
  const { engine: name } = candidate;
  const { threads = availableParallelism(), env = ownEnvironment() } = options;
  const settings: StartOptions = { threads, env, backend: backendName(name) };
  const { backend } = settings;
  const before = tf.getBackend();
  try {
    const started = await engines.get(name).start(candidate, settings);
    if (!(await tf.setBackend(backend)))
      throw new FedshotError('engine', `the ${name} engine did not start`);
    const engine = new RunningEngine({ name, threads, backend, started, ended });
    running.set(identity(candidate, options), engine);
    return engine;
  } finally {
    // After loading: tfjs-node brings gradients of its own.
    registerGradients();
    if (before && tf.findBackendFactory(before)) await tf.setBackend(before);
  }
}

async function start(options: EngineOptions): Promise<RunningEngine> {
  const { engine = 'auto', reporter } = options;
  const fitting = choose(options);
  for (const candidate of fitting) {
    const { engine: name } = candidate;
    const { slow } = engines.get(name);
    try {
      // Looked for again when the turn has come: another may have started it meanwhile.
      const known = (): RunningEngine | undefined => alreadyRunning(candidate, options);
      const found = known();
      if (found) return found;
      const started = await turns.take({ name }, () => known() ?? load(candidate, options));
      if (engine === 'auto' && slow) reporter?.warn(slow, 'engine-slow', { engine: name });
      return started;
    } catch (error) {
      const failure = asFedshotError(error, 'engine');
      const insisted = engine !== 'auto' || candidate.named || failure.code === 'usage';
      if (insisted || candidate === fitting.at(-1)) throw failure;
      reporter?.warn(`passing over the ${name} engine: ${failure.message}`, 'engine-skipped', {
        engine: name,
      });
    }
  }
  throw new FedshotError('internal', 'no engine to start');
}

/**
 * Starts a tensor engine. The same options give the same one as long as it runs, other options one
 * beside it; what they compute takes turns (`Engine.use`). The first is current for what computes
 * outside of a turn.
 *
 * @throws FedshotError `engine` when the engine asked for by name (or that of `FEDSHOT_LIBTORCH`)
 * cannot load, or is one of which a process can have but one and runs with other threads; `usage` for an
 * unknown name, and within a turn where it would have to be started
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'auto', threads, env = ownEnvironment() } = options;
  const engine = wantedEngine(options);
  const key = JSON.stringify([engine, device, threads ?? null, whereabouts(env)]);
  const known = asked.get(key);
  // What is about to start may wait for the turn that the caller runs in.
  if (known instanceof RunningEngine || (known && !turns.holder())) return known;
  const attempt = start({ ...options, engine });
  asked.set(key, attempt);
  try {
    const started = await attempt;
    asked.set(key, started);
    return started;
  } catch (error) {
    if (asked.get(key) === attempt) asked.delete(key);
    throw error;
  }
}
