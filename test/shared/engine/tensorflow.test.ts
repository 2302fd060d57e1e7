import { testEngine } from './engines.js';

testEngine('tensorflow', { steps: 300, threads: 2 });
