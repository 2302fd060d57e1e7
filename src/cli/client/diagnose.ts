import type { Command } from 'commander';
import diagnose, { type DiagnoseOutcome } from '../../api/client/diagnose.js';
import { DATA_HEADINGS } from '../../api/client/data-options.js';
import { notAccepted } from '../../client/runs/outcome.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { diagnosisLines } from './battery-lines.js';

const hintOf = ({ judged }: DiagnoseOutcome): string =>
  judged === 'data'
    ? 'an adaptation to this data would not come into use'
    : 'adapt anew, or go back: fedshot client rollback';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: diagnose,
    name: 'diagnose',
    about: 'say, without labels, whether data can be adapted to',
    examples: ['fedshot client diagnose --home work/site --name digits --data idx:images.gz'],
    headings: DATA_HEADINGS,
    text: (result) => diagnosisLines(result).join('\n'),
    failure: (result) => notAccepted(result.battery.outcome, hintOf(result)),
  });
}
