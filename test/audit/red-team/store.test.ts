import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, expect } from 'vitest';
import { auditOf } from '../../fixtures/audited.js';
import { big, bytesOf, failed, redTeam } from '../../fixtures/red-team.js';

const red = redTeam();

describe('the store', () => {
  test('a second file in the store', () =>
    red.caught(
      'release',
      ({ store }) => writeFileSync(join(store, 'objects/patients.csv'), 'a,b'),
      'objects/patients.csv: belongs to no signed release',
    ));

  test('an object that no manifest names', () =>
    red.caught(
      'release',
      ({ store }) => {
        mkdirSync(join(store, 'objects/ff'), { recursive: true });
        writeFileSync(join(store, 'objects/ff', 'ff'.repeat(32)), red.images);
      },
      'belongs to no signed release',
    ));

  test('what could be left of a killed command, and could be anything', async () => {
    const left = 'metadata/releases/digits/.2.json.0123456789ab.tmp';
    await red.caught(
      'release',
      ({ store }) => writeFileSync(join(store, left), '{"patients": ['),
      `${left}: belongs to no signed release`,
    );
  });

  test('a chunk replaced by other bytes of its length', () =>
    red.caught(
      'release',
      ({ store }) => {
        const [chunk] = readdirSync(join(store, 'objects'), {
          recursive: true,
          encoding: 'utf8',
        }).filter((name) => name.length > 64);
        const path = join(store, 'objects', chunk!);
        writeFileSync(path, Buffer.alloc(readFileSync(path).length, 7));
      },
      /a chunk is missing from the store, or damaged/,
    ));

  test('padding in the safetensors header', async () => {
    const attack = red.publish(red.copy(), undefined, (dir) => {
      const path = join(dir, 'F.safetensors');
      const bytes = readFileSync(path);
      const length = Number(bytes.readBigUInt64LE(0));
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(BigInt(length + 64));
      writeFileSync(
        path,
        Buffer.concat([
          head,
          bytes.subarray(8, 8 + length),
          Buffer.alloc(64, 0x20),
          bytes.subarray(8 + length),
        ]),
      );
    });
    const before = red.copy();
    await attack.catch(() => undefined);
    await red.publish(before);
    expect(failed(await auditOf(before, ['release']))).toBe('');
    await expect(attack).rejects.toMatchObject({ code: 'format' });
  });

  test('an undeclared tensor', () =>
    red.caught(
      'release',
      (artefacts) =>
        red.publish(artefacts, (state) =>
          state.set('F.extra', { shape: [64], data: new Float32Array(64).fill(0.5) }),
        ),
      'unknown tensor F.extra',
      (artefacts) => red.publish(artefacts),
    ));

  test('a tensor of the right size that is an image', () =>
    red.caught(
      'release',
      (artefacts) =>
        red.publish(artefacts, (state) =>
          big(state).forEach((_, i, all) => (all[i] = red.images[i % red.images.length]! / 255)),
        ),
      /of the values differ, as in an image/,
      (artefacts) => red.publish(artefacts),
    ));

  test('images in the lowest byte of the weights', () =>
    red.caught(
      'release',
      (artefacts) =>
        red.publish(artefacts, (state) => {
          const bytes = bytesOf(big(state));
          for (let i = 0; i < red.images.length && 4 * i < bytes.length; i++)
            bytes[4 * i] = red.images[i]!;
        }),
      /the lowest byte is not even/,
      (artefacts) => red.publish(artefacts),
    ));
});
