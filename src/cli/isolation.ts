import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { filesOfNotation } from '../shared/data/files-of.js';
import { engineFolders, ENGINES_SETTING } from '../shared/engine/cache.js';
import type { EngineOptions } from '../shared/engine/types.js';
import { writeFileAtomic } from '../shared/files.js';
import {
  ISOLATE_MODES,
  type IsolateMode,
  type IsolateOptions,
  type IsolationRecord,
} from '../shared/isolate/types.js';
import type { MirrorOf } from '../shared/isolate/mirror.js';
import { WHERE_IT_RUNS } from './engine-options.js';
import type { Io } from './io.js';

/** Beside the results of a run: what it was kept apart from, and how that was found out. */
export const ISOLATION_FILE = 'isolation.json';

export interface IsolateFlag {
  isolate: IsolateMode;
}

/** Adds `--isolate` to a command that reads private data, serves or pulls. */
export function addIsolateOption(command: Command): Command {
  const before = command.optionsGroup();
  return command
    .optionsGroup(WHERE_IT_RUNS)
    .addOption(
      new Option('--isolate <mode>', 'run apart from the network and from other files')
        .choices(ISOLATE_MODES)
        .env('FEDSHOT_ISOLATE')
        .default('auto'),
    )
    .optionsGroup(before);
}

export interface Needs {
  isolate: IsolateMode;
  /** Data in the notation of docs/data.md. */
  data?: readonly (string | undefined)[];
  read?: readonly (string | undefined)[];
  /** Folders; made where they are not there, with `folderMode`. */
  write?: readonly (string | undefined)[];
  folderMode?: number;
  /** Single files that it makes: written at `insidePath`, and put in their places at the end. */
  writeFiles?: readonly (string | undefined)[];
  /** Files and folders that others may change while it runs: read at `insidePath`. */
  mirrors?: readonly MirrorOf[];
  /** Variables that it needs beside those that every step gets. */
  keep?: readonly string[];
  engine?: EngineOptions;
  network?: boolean;
  answer?: (question: string) => Promise<string>;
  handsOn?: 'SIGHUP';
}

const present = (list: readonly (string | undefined)[] = []): string[] =>
  list.filter((item) => item !== undefined);

/**
 * Comes first in an action: what follows runs isolated, or as the mode says. Outside of the sandbox
 * it does not return.
 *
 * @throws FedshotError `isolation` when it is required and cannot be had
 */
export async function enterIsolation(io: Io, needs: Needs): Promise<IsolationRecord> {
  const { isolate } = await import('../shared/isolate/index.js');
  const engine: EnginePaths = needs.engine ? await enginePaths(needs.engine, io.env) : {};
  return isolate({
    mode: needs.isolate,
    read: [
      ...present(needs.data).flatMap(filesOfNotation),
      ...present(needs.read),
      ...(engine.read ?? []),
    ],
    write: present(needs.write),
    folderMode: needs.folderMode,
    outputs: present(needs.writeFiles),
    mirrors: needs.mirrors,
    keep: needs.keep,
    foreign: foreignOf(io.env),
    network: needs.network,
    answer: needs.answer,
    handsOn: needs.handsOn,
    env: engine.env,
    restart: engine.restart,
    reporter: io.reporter,
    signal: io.signal,
  });
}

type EnginePaths = Pick<IsolateOptions, 'env' | 'restart'> & { read?: string[] };

/** Private folders of others on this machine, which the step tries to read and must not be able to. */
const foreignOf = (env: Io['env']): string[] =>
  (env.FEDSHOT_FOREIGN ?? '').split(delimiter).filter((path) => path !== '');

/**
 * Where engines lie, looked for outside: inside there may be no python3 to ask; and how a process
 * that computes with LibTorch has to be started.
 */
async function enginePaths(
  { engine = 'auto' }: EngineOptions,
  env: Io['env'],
): Promise<EnginePaths> {
  const fetched = engineFolders().filter((folder) => existsSync(folder));
  const told = env[ENGINES_SETTING];
  const setting = told === undefined ? undefined : { [ENGINES_SETTING]: told };
  if (engine !== 'auto' && engine !== 'libtorch') return { read: fetched, env: setting };
  const { allocatorEnvironment } = await import('../shared/engine/libtorch/allocator.js');
  const { FOUND_TORCH, findLibtorch } = await import('../shared/engine/libtorch/find.js');
  const found = findLibtorch();
  if (found.length === 0) return { read: fetched, env: setting };
  const asked = found.find(({ source }) => source === 'python3');
  const allocator = allocatorEnvironment(env);
  return {
    read: [...fetched, ...found.map(({ folder }) => dirname(folder))],
    env: { ...setting, ...allocator, ...(asked && { [FOUND_TORCH]: dirname(asked.folder) }) },
    restart: allocator !== undefined,
  };
}

/** The record as a file, to be written with the run's results. */
export const isolationFile = (record: IsolationRecord): Map<string, string> =>
  new Map([[ISOLATION_FILE, `${JSON.stringify(record, null, 2)}\n`]]);

/** Puts the record beside the run's results. */
export function recordIsolation(dir: string, record: IsolationRecord): void {
  for (const [name, text] of isolationFile(record)) writeFileAtomic(join(dir, name), text);
}
