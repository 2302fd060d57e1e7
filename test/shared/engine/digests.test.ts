import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assertSameWheel } from '../../../src/shared/engine/install/digests.js';
import { tempDir } from '../../fixtures/temp.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
function wheel(name: string, text: string): string {
  const path = join(tempDir(), name);
  writeFileSync(path, text);
  return path;
}

it('puts the first wheel of a name on record, and takes the same again', async () => {
  const engines = tempDir();
  expect(await assertSameWheel(engines, wheel('a.whl', 'one'))).toBe(sha256('one'));
  expect(await assertSameWheel(engines, wheel('a.whl', 'one'))).toBe(sha256('one'));
  const recorded = readFileSync(join(engines, 'wheels.json'), 'utf8');
  expect(JSON.parse(recorded)).toEqual({ 'a.whl': sha256('one') });
});

it('refuses other bytes under a name that is on record, and goes on to trust the first', async () => {
  const engines = tempDir();
  await assertSameWheel(engines, wheel('a.whl', 'one'));
  const other = assertSameWheel(engines, wheel('a.whl', 'two'));
  await expect(other).rejects.toMatchObject({ code: 'digest' });
  expect(await assertSameWheel(engines, wheel('a.whl', 'one'))).toBe(sha256('one'));
});

it('refuses another build under the name of the one that was tested', async () => {
  const name = 'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl';
  const other = assertSameWheel(tempDir(), wheel(name, 'not torch'));
  await expect(other).rejects.toMatchObject({ code: 'digest' });
});

it('takes the one that a person names, and no other', async () => {
  const engines = tempDir();
  await assertSameWheel(engines, wheel('a.whl', 'one'));
  const named = assertSameWheel(engines, wheel('a.whl', 'two'), sha256('two'));
  expect(await named).toBe(sha256('two'));
  const other = assertSameWheel(engines, wheel('b.whl', 'three'), sha256('four'));
  await expect(other).rejects.toMatchObject({ code: 'digest' });
  expect(readdirSync(engines).sort()).toEqual(['.lock', 'wheels.json']);
});
