import { testEngine } from './engines.js';

testEngine('libtorch', { steps: 2000, threads: 1 });
