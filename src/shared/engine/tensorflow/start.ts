import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../../errors.js';
import { genericOps } from '../generic.js';
import type { Ops } from '../ops.js';
import type { Started } from '../definition.js';
import { whileSet, type Environment } from '../settings.js';
import type { TensorflowInstallation } from './find.js';

/** tfjs-node refuses paddings given as numbers, so the zeros are written out. */
const conv2d: Ops['conv2d'] = (x, weight, bias, stride, padding) => {
  const sides: [number, number] = [padding, padding];
  const padded = padding > 0 ? tf.pad(x, [[0, 0], sides, sides, [0, 0]]) : x;
  return genericOps.conv2d(padded, weight, bias, stride, 0);
};

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
    ops: { ...genericOps, conv2d },
  };
}
