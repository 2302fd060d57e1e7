import type { Command } from 'commander';
import train from '../../api/provider/train.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: train,
    name: 'train',
    about: 'train a model on labelled source data',
    examples: [
      'fedshot provider train --data digits:plain --arch lenet --out work/model',
      'fedshot provider train --data idx:images.gz,labels.gz --test idx:t-images.gz,t-labels.gz --arch lenet --out work/model',
      'fedshot provider train --data images:photos --arch resnet18 --init resnet18.safetensors --recipe shot-objects --out work/model',
      'fedshot provider train --data csv:patients.csv#label=outcome --arch mlp --out work/model',
    ],
    headings: {
      'Of what, and to where:': [
        'data',
        'out',
        'test',
        'holdOut',
        'classes',
        'strict',
        'cache',
        'resume',
      ],
      'The network:': ['arch', 'size', 'hidden', 'parameters', 'bottleneck', 'init'],
      'How to train:': [
        'recipe',
        'epochs',
        'batch',
        'lr',
        'featureLr',
        'freeze',
        'freezeBnStatistics',
        'smoothing',
        'augment',
        'seed',
      ],
    },
    text: (value) =>
      `${value.out}: ${value.architecture.name}, ${value.classes.length} classes, ` +
      `held-out accuracy ${(100 * value.heldOutAccuracy).toFixed(1)} % ` +
      `(epoch ${value.bestEpoch} of ${value.epochs.length}, ${value.seconds.toFixed(0)} s)\n` +
      `next: fedshot provider publish --model ${value.out} --name NAME --store STORE`,
  });
}
