// @ts-expect-error jasmine-core has no types of its own
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import { registerGradients } from '../../src/shared/engine/gradients.js';
import { startEngine } from '../../src/shared/engine/index.js';

/** Comes before tfjs-core's tests in the bundle: gives them Jasmine's globals and an engine. */
interface Jasmine {
  getEnv(): unknown;
}
const library = jasmineRequire as {
  core(library: unknown): Jasmine;
  interface(jasmine: Jasmine, env: unknown): Record<string, unknown>;
};
const jasmine = library.core(library);
Object.assign(globalThis, library.interface(jasmine, jasmine.getEnv()), { jasmine });

const name = 'libtorch';
await startEngine({ engine: name });
registerGradients(true); // tfjs-core's own serve where we have none
setTestEnvs([{ name, backendName: name, isDataSync: true }]);
