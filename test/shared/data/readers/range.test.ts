import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/load.js';

let folder: string;
const notes: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'range-'));
  writeFileSync(join(folder, 'x.npy'), npy([-1, 0, 1, 3], [2, 1, 2]));
  writeFileSync(join(folder, 'nan.npy'), npy([-1, 0, NaN, 3], [2, 1, 2]));
  writeFileSync(join(folder, 'table.npy'), npy([-1, 0, 1, 3], [2, 2]));
  writeFileSync(join(folder, 'f16.safetensors'), half('F16', [0xbc00, 0x0000, 0x3c00, 0x3800]));
  writeFileSync(join(folder, 'bf16.safetensors'), half('BF16', [0xbf80, 0x0000, 0x3f80, 0x3f00]));
});
afterAll(() => rmSync(folder, { recursive: true }));

function npy(values: number[], shape: number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(Float32Array.from(values).buffer)]);
}

function half(dtype: string, bits: number[]): Buffer {
  const text = JSON.stringify({ x: { dtype, shape: [2, 1, 2], data_offsets: [0, 8] } });
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(Uint16Array.from(bits).buffer)]);
}

async function levels(rest: string): Promise<number[]> {
  const reporter = { warn: (line: string) => void notes.push(line) };
  return [...(await loadDataset(rest.replace(':', `:${folder}/`), { reporter })).x];
}

it('says which values are black and white, and what lies outside is cut off aloud', async () => {
  expect(await levels('npy:x.npy#range=-1,1')).toEqual([0, 0.5, 1, 1]);
  expect(notes.join('\n')).toMatch(/25% of the values lie outside -1\.\.1 and are cut off/);
  expect(await levels('npy:x.npy#range=-1,3')).toEqual([0, 0.25, 0.5, 1]);
});

it('is read of half-precision tensors of either kind', async () => {
  expect(await levels('safetensors:f16.safetensors#range=-1,1')).toEqual([0, 0.5, 1, 0.75]);
  expect(await levels('safetensors:bf16.safetensors#range=-1,1')).toEqual([0, 0.5, 1, 0.75]);
});

it('is refused where it says nothing, twice the same, or leaves NaN', async () => {
  await expect(levels('npy:x.npy')).rejects.toThrow(/outside 0\.\.1/);
  await expect(levels('npy:nan.npy#range=-1,1')).rejects.toThrow(/NaN or infinite/);
  await expect(levels('npy:x.npy#range=1,1')).rejects.toThrow(/range=1,1 is no LOW,HIGH/);
  await expect(levels('npy:x.npy#range=0,1&max=3')).rejects.toThrow(/leave max= out/);
  await expect(levels('npy:table.npy#range=0,1&as=table')).rejects.toThrow(/range= is for images/);
});
