import type { Command } from 'commander';
import type { Diagnosis } from '../../client/diagnostics/site.js';
import type { InputOptions } from '../../client/target/options.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { diagnosisLines } from './battery-lines.js';
import { dataRights } from './home-rights.js';
import { warnOfTrust } from './trust-warnings.js';
import { addDataOptions, dataOf, type DataOptions } from './data-options.js';

type Options = Omit<InputOptions, 'data'> & DataOptions & EngineOptions & IsolateFlag;

const hintOf = ({ judged }: Diagnosis): string =>
  judged === 'data'
    ? 'an adaptation to this data would not come into use'
    : 'adapt anew, or go back: fedshot client rollback';

export function register(parent: Command, io: Io): void {
  const diagnose = addDataOptions(
    command(parent, 'diagnose', 'say, without labels, whether data can be adapted to', [
      'fedshot client diagnose --home work/site --name digits --data idx:images.gz',
    ]),
  );
  addIsolateOption(addEngineOptions(diagnose)).action(
    action(io, async ({ home, name, isolate, ...options }: Options) => {
      const isolation = await enterIsolation(io, {
        isolate,
        engine: engineOptions(options, io),
        data: options.data,
        ...dataRights(home),
      });
      await warnOfTrust(home, io);
      const { diagnoseRelease } = await import('../../client/index.js');
      const value = await diagnoseRelease(home, name, {
        ...options,
        data: dataOf(options),
        engine: engineOptions(options, io),
        reporter: io.reporter,
      });
      io.result({ ...value, isolation }, () => diagnosisLines(value).join('\n'));
      const { notAccepted } = await import('../../client/runs/outcome.js');
      const error = notAccepted(value.battery.outcome, hintOf(value));
      if (error) throw error;
    }),
  );
}
