import { aad } from './aad.js';
import { bn } from './bn.js';
import { nrc } from './nrc.js';
import { shot, shotIm } from './shot.js';
import { shotPlus } from './shot-plus.js';
import { source } from './source.js';
import { t3a } from './t3a.js';
import type { Method, MethodName } from './types.js';

const METHODS = [source, bn, shotIm, shot, shotPlus, aad, nrc, t3a];

/** A method by its name. */
export const methodOf = (name: MethodName): Method =>
  METHODS.find((method) => method.name === name)!;

export { METHOD_NAMES } from './types.js';
export type { EpochContext, Method, MethodName, MethodOptions, Objective } from './types.js';
