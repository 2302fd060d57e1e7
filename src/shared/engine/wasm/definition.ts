import { createRequire } from 'node:module';
import { defineEngine } from '../definition.js';

const require = createRequire(import.meta.url);

/** tfjs's WebAssembly backend: comes with this package and runs everywhere. */
export const wasm = defineEngine({
  name: 'wasm',
  slow: 'no fast tensor engine here for this user: WebAssembly computes, many times slower; `fedshot engine install` fetches LibTorch (with FEDSHOT_ENGINES=/usr/local/lib/fedshot/engines for all users)',
  // Its kernels are bound to the one module that was loaded last, with its threads.
  single: true,
  find() {
    const { version } = require('@tensorflow/tfjs-backend-wasm/package.json') as {
      version: string;
    };
    return {
      found: [{ device: 'cpu', version, source: 'npm', place: undefined }],
      missing: [],
    };
  },
  async start(_, { threads }) {
    const { startWasm } = await import('./start.js');
    return startWasm(threads);
  },
});
