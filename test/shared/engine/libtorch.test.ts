import { testEngine } from './engines.js';

testEngine('libtorch', { steps: 10_000, threads: 1 });
