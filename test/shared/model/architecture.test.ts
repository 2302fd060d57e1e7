import { describe, expect, it } from 'vitest';
import { architectureSchema, partsOf } from '../../../src/shared/model/architecture.js';
import { modelConfigSchema, parseModelConfig } from '../../../src/shared/model/config.js';
import { encodeConfig } from '../../../src/shared/model/folder.js';

const half = (channels: number): string =>
  `[\n${Array.from({ length: channels }, () => '      0.5').join(',\n')}\n    ]`;

/** `model.json` as version 0.1 wrote it. */
const old = (name: string, [c, h, w]: [number, number, number], hidden: string): string => `{
  "format": "fedshot-model/1",
  "architecture": {
    "name": "${name}",
    "input": [
      ${c},
      ${h},
      ${w}
    ],
    "classes": 2,
    "bottleneck": 256,
    "hidden": ${hidden}
  },
  "input": {
    "kind": "image",
    "shape": [
      ${c},
      ${h},
      ${w}
    ],
    "mean": ${half(c)},
    "std": ${half(c)}
  },
  "classes": [
    "no",
    "yes"
  ],
  "heldOutAccuracy": 0.9
}
`;

describe('architectureSchema', () => {
  it.each([
    ['lenet', old('lenet', [1, 28, 28], '[]')],
    ['dtn', old('dtn', [3, 32, 32], '[]')],
    ['mlp', old('mlp', [1, 28, 28], '[\n      256,\n      128\n    ]')],
    ['mlp without hidden layers', old('mlp', [1, 28, 28], '[]')],
  ])('reads what 0.1 wrote of %s, and writes the same bytes', (_, text) => {
    expect(encodeConfig(parseModelConfig(Buffer.from(text)))).toBe(text);
  });

  it('takes what a file of 0.1 left out as 0.1 did, not as training does now', () => {
    const read = architectureSchema.parse({ name: 'mlp', input: [3], classes: 2 });
    expect(read).toEqual({ name: 'mlp', input: [3], classes: 2, bottleneck: 256, hidden: [] });
  });

  it('writes keys in one order, whatever the order that they came in', () => {
    const { architecture } = modelConfigSchema.parse({
      ...(JSON.parse(old('mlp', [1, 28, 28], '[]')) as object),
      architecture: { hidden: [4], bottleneck: 8, classes: 2, input: [1, 28, 28], name: 'mlp' },
    });
    expect(Object.keys(architecture)).toEqual(['name', 'input', 'classes', 'bottleneck', 'hidden']);
  });

  const parse = (more: object) =>
    architectureSchema.safeParse({ name: 'mlp', input: [3], classes: 2, ...more }).error?.issues[0];

  it.each([
    ['a network that is not known', { name: 'toy' }, 'name', /"toy" is not known here/],
    ['a name that would steer a terminal', { name: '\u001b[2J' }, 'name', /"\\u001b\[2J" is not/],
    ["a property of every object's", { name: 'constructor' }, 'name', /is not known here/],
    ['a parameter that it does not have', { width: 3 }, '', /Unrecognized key: "width"/],
    ['hidden layers of none', { hidden: [0] }, 'hidden.0', /Too small/],
    ['hidden layers of a lenet', { name: 'lenet', hidden: [4] }, 'hidden', /no hidden layers/],
    ['one class', { classes: 1 }, 'classes', /Too small/],
    ['an input of no such rank', { input: [3, 3] }, 'input', /Invalid input/],
  ])('refuses %s', (_, more, path, message) => {
    expect(parse(more)).toMatchObject({ message: expect.stringMatching(message) as string });
    expect(parse(more)!.path.join('.')).toBe(path);
  });
});

describe('partsOf', () => {
  it('refuses parameters that the network does not have', () => {
    const wrong = { name: 'mlp', input: [3] as [number], classes: 2, bottleneck: 4, wide: 1 };
    expect(() => partsOf(wrong)).toThrow('network mlp: Unrecognized key: "wide"');
  });
});
