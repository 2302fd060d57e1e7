import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../../errors.js';
import { genericOps } from '../generic.js';
import type { Activation, Ops, Padding } from '../ops.js';
import type { Started } from '../definition.js';
import { whileSet, type Environment } from '../settings.js';
import type { TensorflowInstallation } from './find.js';

/** tfjs-node refuses paddings given as numbers, so they are written out. */
function padded(x: Activation, padding: Padding, value = 0): [Activation, Padding] {
  if (typeof padding === 'string' || padding === 0) return [x, padding];
  const sides: [number, number] = [padding, padding];
  return [tf.pad(x, [[0, 0], sides, sides, [0, 0]], value), 0];
}

const conv2d: Ops['conv2d'] = (x, weight, bias, stride, padding) => {
  const [wide, rest] = padded(x, padding);
  return genericOps.conv2d(wide, weight, bias, stride, rest);
};

const depthwiseConv2d: Ops['depthwiseConv2d'] = (x, weight, stride, padding) => {
  const [wide, rest] = padded(x, padding);
  return genericOps.depthwiseConv2d(wide, weight, stride, rest);
};

const maxPool2d: Ops['maxPool2d'] = (x, size, stride, padding = 0) =>
  genericOps.maxPool2d(padded(x, padding, -Infinity)[0], size, stride);

/** Functions that tfjs-node calls and Node 23 took out of `node:util`, or warns of. */
function restoreUtil(require: NodeJS.Require): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/**
 * Loads tfjs-node, which registers itself as the backend `tensorflow`.
 *
 * @throws FedshotError `engine`
 */
export function startTensorflow(
  { folder, gpu }: TensorflowInstallation,
  threads: number,
  env: Environment,
): Started {
  const require = createRequire(import.meta.url);
  restoreUtil(require);
  // Else it warns on the console that it registers Node's platform a second time.
  tf.env().set('PROD', true);
  const settings = {
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? '3',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
  };
  whileSet(settings, () => {
    try {
      require(folder);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
      throw new FedshotError('engine', `cannot load ${folder}: ${reason}`, {
        hint: '`fedshot engine install tensorflow` builds one for this Node',
        cause,
      });
    }
  });
  const { binding } = tf.findBackend('tensorflow') as unknown as {
    binding: { TF_Version: string };
  };
  return {
    device: gpu ? 'cuda:0' : 'cpu',
    version: binding.TF_Version,
    ops: { ...genericOps, conv2d, depthwiseConv2d, maxPool2d },
  };
}
