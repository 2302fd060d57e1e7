import { resolve } from 'node:path';
import { makeFolder } from '../files.js';
import { built, enter } from './enter.js';
import { allowedEnvironment } from './environment.js';
import { examine } from './examine.js';
import { findSandbox, readablePaths } from './sandbox.js';
import { prepareStage } from './stage.js';
import { stepIn, type WorkOrder, type StepContext } from './step.js';
import type { IsolateOptions } from './types.js';

type Outside = Omit<StepContext, 'isolation' | 'ask'>;

/**
 * Runs a step that reads private data, serves or pulls: as a worker in a sandbox, which sees the files
 * that `needs` names and no others. Where there is no sandbox it is a worker all the same, with an
 * environment of its own and its secrets outside. With `mode: 'off'` it runs in this process, unless it
 * needs variables that are read when a process starts.
 *
 * @param entry URL of the module whose default export is the step, and its name where there are several
 * @param input structured data, as `structuredClone` takes it
 * @throws FedshotError `isolation` when it is required and cannot be had, and whatever the step throws
 */
export async function runIsolated(
  { entry, name = '' }: { entry: string; name?: string },
  input: unknown,
  needs: IsolateOptions,
  outside: Outside,
): Promise<unknown> {
  const { outputs = [], mirrors = [], network = false, mode } = needs;
  const order = {
    entry: built(entry),
    name,
    plugins: needs.plugins ?? [],
    pluginLoader: built(needs.pluginLoader ?? ''),
    input,
    mode,
    network,
    foreign: needs.foreign ?? [],
    written: [...needs.write, ...outputs],
  };
  const { signal, reporter, env } = outside;
  const hooks = {
    order,
    signal,
    reporter,
    answer: needs.answer,
    answered: (value: unknown) => outside.answered(value),
    onHangup: (listener: () => void) => outside.onHangup(listener),
  };
  if (mode === 'off' && !needs.restart) return inThisProcess({ ...order, entry }, needs, outside);
  if (mode === 'off')
    return enter({ mechanism: 'none', command: [] }, { ...hooks, env: { ...env, ...needs.env } });
  const stage = prepareStage(outputs, mirrors);
  try {
    for (const folder of needs.write) makeFolder(folder, needs.folderMode);
    const shown = {
      network,
      readable: readablePaths([...needs.read, ...stage.read]),
      writable: [...needs.write, ...stage.write].map((path) => resolve(path)),
    };
    const inside = { ...allowedEnvironment(env, needs.keep), ...needs.env };
    const sandbox = findSandbox(shown, stage.folder);
    const value = await enter(sandbox, { ...hooks, env: inside, moved: stage.moved });
    stage.deliver();
    return value;
  } finally {
    stage.remove();
  }
}

async function inThisProcess(
  order: WorkOrder,
  { answer }: IsolateOptions,
  outside: Outside,
): Promise<unknown> {
  const isolation = await examine(order, undefined);
  const { default: exported } = (await import(order.entry)) as { default: unknown };
  return stepIn(exported, order.name).run(order.input, { ...outside, isolation, ask: answer });
}
