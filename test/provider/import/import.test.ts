import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importWeights } from '../../../src/provider/import/import.js';
import { importOptions } from '../../../src/provider/import/options.js';
import { serializeSafetensors, type TensorBytes } from '../../../src/shared/format/safetensors.js';
import { bindingOf, readModel } from '../../../src/shared/model/folder.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { random } from '../../../src/shared/random.js';
import type { Reporter } from '../../../src/shared/reporter.js';
import { silent } from '../../../src/shared/reporter.js';
import { tempDir } from '../../fixtures/temp.js';

const INPUT: [number, number, number] = [1, 28, 28];
const ARCHITECTURE = { name: 'lenet', input: INPUT, classes: 10, bottleneck: 16 };

/** Weights as PyTorch would save them; all that fedshot writes are float32. */
function weights(): Map<string, TensorBytes> {
  const draw = random('weights');
  const specs = paramSpecs(ARCHITECTURE).filter(({ init }) => init !== 'counter');
  return new Map(
    specs.map(({ name, shape }) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        name.endsWith('_var') ? 1 : 0.1 * draw.normal(),
      );
      return [name, { dtype: 'F32', shape: [...shape], data: new Uint8Array(data.buffer) }];
    }),
  );
}

function importing(
  tensors: Map<string, TensorBytes>,
  more: object = {},
  reporter: Reporter = silent,
) {
  const dir = tempDir();
  const [file, out] = [join(dir, 'weights.safetensors'), join(dir, 'model')];
  writeFileSync(file, serializeSafetensors([...tensors]));
  const settings = importOptions.parse({
    weights: file,
    arch: 'lenet',
    data: 'digits:plain?n=60&seed=1',
    out,
    ...more,
  });
  return { out, result: importWeights(settings, { engine: { engine: 'wasm' }, reporter }) };
}

describe('provider import', () => {
  it('makes a model of these weights, bit for bit, with figures measured on them', async () => {
    const warned: string[] = [];
    const reporter = { ...silent, warn: (_: string, code: string) => void warned.push(code) };
    const { out, result } = importing(weights(), {}, reporter);
    const { accuracy, samples, tensors, architecture, classes } = await result;
    expect({ samples, tensors, architecture }).toEqual({
      samples: 60,
      tensors: weights().size,
      architecture: { ...ARCHITECTURE, hidden: [] },
    });
    expect(classes.map(({ name }) => name)).toEqual('0,1,2,3,4,5,6,7,8,9'.split(','));
    const model = readModel(out);
    expect(bindingOf(model)).toBe('bound');
    expect(model.config.heldOutAccuracy).toBeCloseTo(accuracy, 3);
    expect(model.config.card).toBeDefined();
    for (const [name, { data }] of weights())
      expect([name, model.state.get(name)?.data]).toEqual([name, new Float32Array(data.buffer)]);
    expect(warned).toContain('no-better-than-chance'); // they were drawn at random
  });

  it('widens halves', async () => {
    const name = 'B.bottleneck.bias';
    const half = new Uint8Array(Uint16Array.from({ length: 16 }, () => 0x3800).buffer);
    const tensors = weights().set(name, { dtype: 'F16', shape: [16], data: half });
    const { out, result } = importing(tensors);
    await result;
    expect(readModel(out).state.get(name)?.data).toEqual(new Float32Array(16).fill(0.5));
  });

  const changed = (change: (tensors: Map<string, TensorBytes>) => void) => {
    const tensors = weights();
    change(tensors);
    return tensors;
  };
  /** F16 that overflowed. */
  const INFINITE: TensorBytes = {
    dtype: 'F16',
    shape: [16],
    data: new Uint8Array(Uint16Array.from({ length: 16 }, () => 0x7c00).buffer),
  };
  const shaped = (shape: number[]): TensorBytes => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
  };
  it.each([
    ['a tensor is missing', (t) => t.delete('B.bn.running_var'), /B\.bn\.running_var is missing/],
    ['a tensor too many', (t) => t.set('F.extra', shaped([2])), /unknown tensor F\.extra/],
    [
      'names of another kind',
      (t) => t.set('conv1.weight', shaped([2])),
      /conv1\.weight is of none/,
    ],
    ['another shape', (t) => t.set('F.conv_params.0.bias', shaped([21])), /bias has shape \[21\]/],
    ['not finite', (t) => t.set('B.bn.bias', INFINITE), /B\.bn\.bias/, 'data'],
    [
      'other classes',
      (t) => t.set('C.fc.weight_v', shaped([7, 16])),
      /C has 7 classes, and 10 are/,
    ],
  ] as [string, (tensors: Map<string, TensorBytes>) => void, RegExp, string?][])(
    'refuses: %s, and writes nothing',
    async (_, change, message, code = 'model') => {
      const { out, result } = importing(changed(change));
      await expect(result).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      });
      expect(existsSync(join(out, 'model.json'))).toBe(false);
    },
  );

  it('refuses data without labels of these classes, tables, and files of PyTorch', async () => {
    const { result: classes } = importing(weights(), {
      classes: '0,1,2,3,4,5,6,7,8,11'.split(','),
    });
    await expect(classes).rejects.toMatchObject({ code: 'data' });
    const csv = join(tempDir(), 'table.csv');
    writeFileSync(csv, 'a,b,y\n1,2,0\n3,4,1\n');
    const { result: table } = importing(weights(), { data: `csv:${csv}#label=y` });
    await expect(table).rejects.toMatchObject({ code: 'usage' });
    const pth = join(tempDir(), 'model.pth');
    writeFileSync(pth, 'PK\u0003\u0004');
    const { result: pickle } = importing(weights(), { weights: pth });
    await expect(pickle).rejects.toMatchObject({ code: 'usage' });
  });
});
