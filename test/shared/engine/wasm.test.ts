import { testEngine } from './engines.js';

testEngine('wasm', { steps: 300, threads: 2 });
