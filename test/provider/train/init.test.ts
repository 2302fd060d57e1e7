import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  describeInit,
  impliedParameters,
  openInit,
  takeInit,
} from '../../../src/provider/train/init.js';
import { serializeSafetensors, type TensorBytes } from '../../../src/shared/format/safetensors.js';
import { readParameters } from '../../../src/shared/model/architecture.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { networks } from '../../../src/shared/model/networks/index.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
const path = join(dir, 'weights.safetensors');

const f32 = (shape: number[], value = 1): TensorBytes => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
};

const architectureOf = (name: string, input: [number, number, number]) => ({
  name,
  input,
  classes: 3,
  bottleneck: 8,
  ...readParameters(networks.get(name), {}),
});
const RESNET = architectureOf('resnet18', [3, 32, 32]);

function take(tensors: Record<string, TensorBytes>, architecture = RESNET) {
  writeFileSync(path, serializeSafetensors(Object.entries(tensors)));
  return takeInit(openInit(path), networks.get(architecture.name), architecture);
}

describe('--init', () => {
  it('takes by name, widens halves, leaves the head out, and says what is missing and left', () => {
    const half = new Uint8Array(Uint16Array.from({ length: 64 }, () => 0x3800).buffer);
    const { state, report } = take({
      'conv1.weight': f32([64, 3, 7, 7]),
      'bn1.weight': { dtype: 'F16', shape: [64], data: half },
      'fc.weight': f32([1000, 512]),
      'fc.bias': f32([1000]),
      'layer9.weight': f32([2]),
    });
    expect(state.get('F.bn1.weight')!.data).toEqual(new Float32Array(64).fill(0.5));
    expect([...state.keys()].sort()).toEqual(['F.bn1.weight', 'F.conv1.weight']);
    expect(report.taken.sort()).toEqual(['bn1.weight', 'conv1.weight']);
    expect([report.head.sort(), report.left]).toEqual([
      ['fc.bias', 'fc.weight'],
      ['layer9.weight'],
    ]);
    expect(report.missed).toContain('layer4.1.bn2.running_var');
    expect(report.missed).not.toContain('bn1.num_batches_tracked');
    const { note, warning } = describeInit(report);
    expect(note).toContain('2 tensors of F taken; the head for other classes left out (fc.');
    expect(warning).toMatch(/left out: layer9\.weight; .*drawn at random: bn1\.bias/);
  });

  it('takes a file of fedshot, whose names begin with F.', () => {
    const { report } = take({ 'F.conv1.weight': f32([64, 3, 7, 7]) });
    expect(report.taken).toEqual(['F.conv1.weight']);
  });

  it('refuses another shape by name', () => {
    expect(() => take({ 'conv1.weight': f32([64, 1, 7, 7]) })).toThrow(
      'conv1.weight has shape [64,1,7,7] where resnet18 takes [64,3,7,7]',
    );
  });

  it('refuses a file of another network, and numbers that are no floats or not finite', () => {
    expect(() => take({ 'stem.weight': f32([4]) })).toThrow("has none of resnet18's tensors");
    const whole: TensorBytes = { dtype: 'I32', shape: [64], data: new Uint8Array(256) };
    expect(() => take({ 'bn1.bias': whole })).toThrow(
      '"bn1.bias" is I32 where floats are expected',
    );
    expect(() => take({ 'bn1.bias': f32([64], NaN) })).toThrow('element 0 is NaN or infinite');
  });

  it.each([
    ['a zip archive, whatever it is called', 'net.safetensors', 'PK\u0003\u0004'],
    ['a bare pickle', 'net.pth', '\u0080\u0002}q'],
  ])('refuses %s with the line that converts it', (_, name, start) => {
    const file = join(dir, name);
    writeFileSync(file, Buffer.from(start, 'latin1'));
    expect(() => openInit(file)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('may hold code') as string,
        hint: expect.stringContaining('weights_only=True') as string,
      }) as Error,
    );
  });

  it("resamples a transformer's positions to this grid, and finds LayerScale in the file", () => {
    const vit = networks.get('vit_small_patch16');
    const positions = { pos_embed: f32([1, 1 + 14 * 14, 384], 2) };
    const { state, report } = take(positions, architectureOf(vit.name, [3, 64, 96]));
    expect(state.get('F.pos_embed')!.shape).toEqual([1, 1 + 4 * 6, 384]);
    expect([report.fitted, report.taken]).toEqual([['pos_embed'], []]);
    const scaled = { ...positions, 'blocks.0.ls1.gamma': f32([384]) };
    writeFileSync(path, serializeSafetensors(Object.entries(scaled)));
    expect(impliedParameters(vit, openInit(path))).toEqual({ layerScale: true });
  });

  const weights = '../shared/weights/mobilenetv1_075.safetensors';
  if (!existsSync(weights)) console.warn(`skipped: no ${weights}`);
  it.skipIf(!existsSync(weights))('takes all of a MobileNet of timm', () => {
    const architecture = architectureOf('mobilenetv1_075', [3, 128, 128]);
    const { state, report } = takeInit(
      openInit(weights),
      networks.get(architecture.name),
      architecture,
    );
    const own = paramSpecs(architecture).filter(
      ({ name, init }) => name.startsWith('F.') && init !== 'counter',
    );
    expect([...state.keys()].sort()).toEqual(own.map(({ name }) => name).sort());
    expect([report.left, report.missed]).toEqual([[], []]);
    expect(report.head.sort()).toEqual(['classifier.bias', 'classifier.weight']);
  });
});
