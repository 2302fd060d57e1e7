import type { Command } from 'commander';
import adapt from '../../api/client/adapt.js';
import { DATA_HEADINGS } from '../../api/client/data-options.js';
import { notAccepted } from '../../client/runs/outcome.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { adaptLines } from './adapt-lines.js';

const STAYS = 'what was in use stays; --force uses the adapted model all the same';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: adapt,
    name: 'adapt',
    about: 'adapt a pulled release to local, unlabelled data',
    examples: [
      'fedshot client adapt --home work/site --name digits --data idx:images.gz',
      'fedshot client adapt --home work/site --name digits --data digits:thin --report report.html',
      'fedshot client adapt --home work/site --name digits --data idx:images.gz --partial',
      'fedshot client adapt --home work/site --name digits --data idx:images.gz --method auto --budget 5m',
    ],
    headings: {
      ...DATA_HEADINGS,
      'Of what, and to what:': [...DATA_HEADINGS['Of what, and to what:'], 'test', 'source'],
      'How to adapt:': [
        'recipe',
        'method',
        'methodOptions',
        'budget',
        'partial',
        'openSet',
        'prior',
        'seed',
      ],
      'Finer settings:': [
        'epochs',
        'batch',
        'lr',
        'featureLr',
        'freeze',
        'freezeBnStatistics',
        'beta',
        'alpha',
        'threshold',
        'augment',
      ],
      'What becomes of it:': ['force', 'keepWeights', 'runName', 'resume', 'cache'],
      'What it shows:': ['report', 'samples', 'json'],
    },
    text: (result, { home, report }) => adaptLines(result, { home, report }).join('\n'),
    failure: ({ run }) => (run.inUse ? undefined : notAccepted(run.verdict.outcome, STAYS)),
  });
}
