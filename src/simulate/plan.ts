import { join } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { DIGIT_DOMAINS } from '../examples/digits/index.js';

/** One site before it has done anything. */
export interface PlannedSite {
  name: string;
  domain: string;
  /** Its folder, which no other process writes to. */
  home: string;
  /** Unlabelled for adapting; labels are drawn with them, and not used. */
  data: string;
  /** Labelled, for scoring. */
  test: string;
}

export interface PlanOptions {
  sites: number;
  /** Domains of the embedded digits, one per site, repeated when they are fewer. */
  domains?: readonly string[];
  /** Samples that each site adapts to. */
  samples: number;
  /** Samples that each site is scored on. */
  testSamples: number;
  seed: number;
  out: string;
}

/** Without `--domains`, sites take these in turn. */
const DEFAULT_DOMAINS = ['thin', 'slanted', 'noisy', 'blurred', 'thick', 'lowres'];

/** Seeds of one simulation lie apart, so that no two sites and no test set draw the same digits. */
const STRIDE = 10_000;

/** @throws FedshotError `usage` for a domain that does not exist */
export function plan(options: PlanOptions): PlannedSite[] {
  const domains = options.domains ?? DEFAULT_DOMAINS;
  const unknown = domains.find((domain) => !DIGIT_DOMAINS.includes(domain));
  if (unknown !== undefined)
    throw new FedshotError('usage', `--domains: unknown domain "${unknown}"`, {
      hint: `domains are ${DIGIT_DOMAINS.join(', ')}`,
    });
  return Array.from({ length: options.sites }, (_, i) => {
    const name = `site-${i + 1}`;
    const domain = domains[i % domains.length]!;
    const digits = (n: number, seed: number): string =>
      `digits:${domain}?n=${n}&seed=${seed % 2 ** 32}`;
    const seed = options.seed + (2 * i + 2) * STRIDE;
    return {
      name,
      domain,
      home: join(options.out, name),
      data: digits(options.samples, seed),
      test: digits(options.testSamples, seed + STRIDE),
    };
  });
}

/** How many sites may compute at once, and with how many threads each: engines' threads spin. */
export function shareCores(cores: number, sites: number): { atOnce: number; threads: number } {
  const atOnce = Math.max(1, Math.min(cores, sites));
  return { atOnce, threads: Math.max(1, Math.floor(cores / atOnce)) };
}
