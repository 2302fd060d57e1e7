import { getKernel } from '@tensorflow/tfjs-core';
import { defineBinary } from './binary.js';
import { defineCreation } from './create.js';
import { defineElementwise } from './elementwise.js';
import { defineIndexing } from './index-select.js';
import { defineNeural } from './neural.js';
import { defineReductions } from './reduce.js';
import { defineShapes } from './shape.js';

/** Registers every kernel of the `libtorch` backend, once. */
export function defineKernels(): void {
  if (getKernel('Identity', 'libtorch')) return;
  defineCreation();
  defineElementwise();
  defineBinary();
  defineReductions();
  defineShapes();
  defineIndexing();
  defineNeural();
}
