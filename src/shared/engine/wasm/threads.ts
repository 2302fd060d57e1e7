/**
 * What tfjs's threaded WebAssembly module expects around it when it is unpacked in a worker: names of
 * its bundle's outer scope, and CommonJS.
 */
const BEFORE = `
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/');
const __filename = process.cwd() + '/worker.js';
Object.assign(globalThis, {
  __filename, __dirname: process.cwd(), _scriptDir: __filename, commonjsGlobal: globalThis,
  require$$0: require('fs'), require$$1: require('path'), require$$2: require('os'),
  __values: (list) => list[Symbol.iterator](),
});
`;
const AFTER = `
globalThis.importScripts = () => undefined;
`;

/**
 * Runs `start` with a `Blob` and `URL.createObjectURL` under which the tfjs WebAssembly module can
 * start its threads: it makes a worker from a `blob:` address, which Node refuses; `data:` it accepts.
 * Also takes back the process-wide error handlers that the module installs.
 */
export async function withNodeWorkers<T>(start: () => Promise<T>): Promise<T> {
  const { Blob } = globalThis;
  const createObjectURL = URL.createObjectURL.bind(URL);
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.listeners(event as 'uncaughtException')));
  const texts = new WeakMap<object, string>();
  let program = '';
  class ReadableBlob extends Blob {
    constructor(parts: string[], options?: { type?: string }) {
      super(parts, options);
      texts.set(this, parts.join(''));
      if (options?.type === 'text/javascript') program = `globalThis.${parts.join('').slice(4)};`;
    }
  }
  globalThis.Blob = ReadableBlob;
  URL.createObjectURL = (blob) => {
    const source = [BEFORE, program, texts.get(blob) ?? '', AFTER].join('\n');
    return new URL(`data:text/javascript,${encodeURIComponent(source)}`) as unknown as string;
  };
  try {
    return await start();
  } finally {
    globalThis.Blob = Blob;
    URL.createObjectURL = createObjectURL;
    events.forEach((event, i) => {
      for (const listener of process.listeners(event as 'uncaughtException'))
        if (!before[i]!.has(listener)) process.off(event, listener);
    });
  }
}
