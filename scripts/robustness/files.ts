import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Observations, Outlook } from '../../src/client/diagnostics/index.js';
import type { Dataset } from '../../src/shared/data/types.js';
import { writeFileAtomic } from '../../src/shared/files.js';
import { parseSafetensors, serializeSafetensors } from '../../src/shared/format/safetensors.js';

const bytes = (v: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(v.buffer, v.byteOffset, v.byteLength);

/** Writes a data set with its labels, if it has any. @returns its notation */
export function writeDataset(file: string, { count, shape, x, labels }: Dataset): string {
  writeFileAtomic(
    file,
    serializeSafetensors([
      ['x', { dtype: 'F32', shape: [count, ...shape], data: bytes(x) }],
      ...(labels ? [['y', { dtype: 'I32', shape: [count], data: bytes(labels) }] as const] : []),
    ]),
  );
  return `safetensors:${file}`;
}

/** Keeps what the battery looked at, without the samples: verdicts can be drawn from it again. */
export function writeEvidence(file: string, observations: Observations, labels?: Int32Array): void {
  const { released, refreshed, adapted, moved, classes: K } = observations;
  const n = released.p.length / K;
  const outlooks: Record<string, Outlook | undefined> = {
    released,
    refreshed,
    adapted,
    moved: moved.adapted,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic(
    file,
    serializeSafetensors([
      ...(labels ? [['labels', { dtype: 'I32', shape: [n], data: bytes(labels) }] as const] : []),
      ...Object.entries(outlooks).flatMap(([name, outlook]) =>
        outlook
          ? Object.entries(outlook).map(([part, values]: [string, Float32Array]) => {
              const shape = [n, values.length / n];
              return [
                `${name}.${part}`,
                { dtype: 'F32' as const, shape, data: bytes(values) },
              ] as const;
            })
          : [],
      ),
    ]),
  );
}

/** The probabilities that {@link writeEvidence} kept, `n × K`. */
export function readAnswers(
  file: string,
): { released: Float32Array; adapted?: Float32Array } | undefined {
  if (!existsSync(file)) return undefined;
  const tensors = parseSafetensors(readFileSync(file), { file });
  const of = (name: string): Float32Array | undefined => {
    const found = tensors.get(name)?.data;
    return found && new Float32Array(Uint8Array.from(found).buffer);
  };
  return { released: of('released.p')!, adapted: of('adapted.p') };
}
