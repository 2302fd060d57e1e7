import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  fingerprint,
  networkInputs,
  networkResults,
} from '../../../../scripts/parity/network-case.js';
import { SMALL_CASES, type Fingerprints } from '../../../../scripts/parity/small-cases.js';
import { startEngine, type Engine } from '../../../../src/shared/engine/index.js';

/** What torchvision and timm make of the same weights (`npm run parity:networks -- --write`). */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/networks/fingerprints.json'), 'utf8'),
) as Fingerprints;

/** Of a tensor's norm; rounding in float32 makes a tenth of it. */
const TOLERANCE = 1e-4;

describe('networks under names of torchvision and timm', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });

  it.each(SMALL_CASES.map((one) => [one.name, one] as const))(
    '%s gives the same, with the same gradients',
    async (name, one) => {
      const wanted = recorded[name]!;
      const found = await networkResults(one, networkInputs(one), engine.ops);
      for (const [tensor, [norm, signed]] of Object.entries(wanted)) {
        const [ownNorm, ownSigned] = fingerprint(tensor, found.get(tensor)!);
        expect(Math.abs(ownNorm - norm), `norm of ${tensor}`).toBeLessThanOrEqual(TOLERANCE * norm);
        const off = Math.abs(ownSigned - signed);
        expect(off, `signed sum of ${tensor}`).toBeLessThanOrEqual(3 * TOLERANCE * norm);
      }
    },
    120_000,
  );
});
