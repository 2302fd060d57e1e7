import type { Command } from 'commander';
import importOperation from '../../api/provider/import.js';
import { percent } from '../../shared/report/terminal/format.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: importOperation,
    name: 'import',
    about: 'make a model of weights that were trained elsewhere, measured on held-out data',
    examples: [
      'fedshot provider import --weights model.safetensors --arch resnet50 --data images:held-out --out work/model',
      'fedshot provider import --weights model.safetensors --arch mobilenetv1_075 --size 128 --data images:held-out --classes cup,dog,owl --out work/model',
    ],
    text: ({ out, architecture, tensors, samples, accuracy }) =>
      `${out}: ${architecture.name}, ${architecture.classes} classes, ${tensors} tensors; ` +
      `${percent(accuracy)} of ${samples} samples are right\n` +
      `next: fedshot provider publish --model ${out} --name NAME --store STORE`,
  });
}
