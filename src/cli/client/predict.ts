import type { Command } from 'commander';
import predict from '../../api/client/predict.js';
import { predictionRows } from '../../api/client/prediction-rows.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: predict,
    name: 'predict',
    about: 'predict the class of each sample',
    examples: [
      'fedshot client predict --home work/site --name digits --data idx:images.gz > predictions.csv',
      'fedshot client predict --home work/site --name digits --data digits:thin --format jsonl',
    ],
    text: (value, { out, format }) =>
      out === undefined
        ? predictionRows(value, format)
        : `${value.predictions.length} predictions written to ${out}`,
  });
}
