import { FedshotError, type ErrorCode } from '../../src/shared/errors.js';
import { random } from '../../src/shared/random.js';
import { mutate } from './mutate.js';
import type { Target } from './targets.js';

/** What received bytes may be refused with; anything else is a defect. */
const REFUSALS: readonly ErrorCode[] = [
  ...(['signature', 'digest', 'format', 'limit', 'trust', 'rollback', 'expired', 'data'] as const),
];

export interface FuzzResult {
  name: string;
  mutations: number;
  accepted: number;
  /** How many were refused with each code. */
  refused: Partial<Record<ErrorCode, number>>;
  slowestMs: number;
  /** Inputs that were wrongly accepted, or that crashed the reader: base64 and what happened. */
  findings: { input: string; what: string }[];
  /** Bytes that were accepted although they are not the honest ones. */
  samples: Buffer[];
}

/** Mutates a target's honest inputs `count` times. The same seed gives the same mutations. */
export function fuzz(target: Target, count: number, seed: number): FuzzResult {
  const result: FuzzResult = {
    name: target.name,
    mutations: count,
    accepted: 0,
    refused: {},
    slowestMs: 0,
    findings: [],
    samples: [],
  };
  for (const honest of target.corpus) {
    const why = target.read(honest);
    if (why !== undefined) throw new Error(`${target.name}: the honest input is refused: ${why}`);
  }
  for (let i = 0; i < count; i++) {
    const stream = random('fuzz', target.name, seed, i);
    const input = mutate(target.corpus[stream.int(target.corpus.length)]!, stream);
    const started = performance.now();
    const what = judge(target, input, result);
    result.slowestMs = Math.max(result.slowestMs, performance.now() - started);
    if (what !== undefined) result.findings.push({ input: input.toString('base64'), what });
  }
  return result;
}

function judge(target: Target, input: Buffer, result: FuzzResult): string | undefined {
  try {
    const why = target.read(input);
    result.accepted++;
    if (result.samples.length < 2000) result.samples.push(input);
    return why;
  } catch (error) {
    if (!(error instanceof FedshotError)) return `crash: ${String(error)}`;
    result.refused[error.code] = (result.refused[error.code] ?? 0) + 1;
    // Received bytes must not steer a terminal.
    if (/[^\x20-\x7e]/.test(error.message)) return `unprintable: ${JSON.stringify(error.message)}`;
    return REFUSALS.includes(error.code) ? undefined : `refused as ${error.code}`;
  }
}
