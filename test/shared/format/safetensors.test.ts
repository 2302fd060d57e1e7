import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  assertFinite,
  float32,
  parseSafetensors,
  serializeSafetensors,
  type TensorBytes,
} from '../../../src/shared/format/safetensors.js';

const f32 = (shape: number[], ...values: number[]): TensorBytes => ({
  dtype: 'F32',
  shape,
  data: new Uint8Array(new Float32Array(values).buffer),
});
const sample: [string, TensorBytes][] = [
  ['fc.weight', f32([2, 2], 1, -2, 3.5, 0)],
  ['bn.num_batches_tracked', { dtype: 'I64', shape: [], data: new Uint8Array(8).fill(1, 0, 1) }],
  ['fc.bias', f32([2], 5, 6)],
  ['10', { dtype: 'U8', shape: [0, 3], data: new Uint8Array(0) }],
];

/** A file with exactly this header text and this many zero bytes of tensors. */
const file = (header: string | Uint8Array, size = 0): Uint8Array => {
  const text = Buffer.from(header);
  const bytes = Buffer.alloc(8 + text.length + size);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  return bytes;
};
const t = (begin: number, end: number, more = ''): string =>
  `{"dtype":"U8","shape":[${end - begin}],"data_offsets":[${begin},${end}]${more}}`;

describe('serializeSafetensors', () => {
  it('round-trips names, types, shapes, bytes and metadata', () => {
    const parsed = parseSafetensors(serializeSafetensors(sample, { format: 'pt' }));
    expect([...parsed.keys()]).toEqual(['bn.num_batches_tracked', 'fc.bias', 'fc.weight', '10']);
    expect(parsed.metadata).toEqual({ format: 'pt' });
    for (const [name, tensor] of sample) expect(parsed.get(name)).toMatchObject(tensor);
    expect(float32(parsed.get('fc.weight')!)).toEqual(new Float32Array([1, -2, 3.5, 0]));
  });

  it('gives the same bytes for the same tensors in any order, aligned to 8', () => {
    const bytes = serializeSafetensors(sample);
    expect(serializeSafetensors([...sample].reverse())).toEqual(bytes);
    expect(parseSafetensors(bytes).dataStart % 8).toBe(0);
    expect(serializeSafetensors(parseSafetensors(bytes))).toEqual(bytes);
  });

  it('orders types as the library does, those of one width too, and names within a type', () => {
    const dtypes = ['BOOL', 'I8', 'U8', 'F16', 'BF16', 'I32', 'F32', 'F64', 'I64', 'U64'] as const;
    const width = (dtype: string): number => Number(/\d+$/.exec(dtype)?.[0] ?? 8) / 8;
    const tensors = dtypes.map((dtype, i): [string, TensorBytes] => [
      String(9 - i),
      { dtype, shape: [1], data: new Uint8Array(width(dtype)) },
    ]);
    const parsed = parseSafetensors(serializeSafetensors([...tensors, ['a', tensors[6]![1]]]));
    expect([...parsed].map(([name, { dtype }]) => `${name} ${dtype}`)).toEqual(
      '0 U64,1 I64,2 F64,3 F32,a F32,4 I32,5 BF16,6 F16,8 I8,7 U8,9 BOOL'.split(','),
    );
  });

  it.each([
    ['bytes that contradict the shape', [['a', f32([3], 1, 2)]]],
    ['a name given twice', [sample[0]!, sample[0]!]],
    ['the reserved name', [['__metadata__', f32([1], 1)]]],
  ] as [string, [string, TensorBytes][]][])('refuses %s', (_, tensors) => {
    expect(() => serializeSafetensors(tensors)).toThrow(
      expect.objectContaining({ code: 'format' }),
    );
  });
});

describe('parseSafetensors', () => {
  const refuse: [string, Uint8Array][] = [
    ['an empty file', new Uint8Array(0)],
    ['a file shorter than its header length', new Uint8Array(7)],
    ['a header longer than the file', file('{}').slice(0, 9)],
    ['a header of 100 MB and more', Buffer.from('01e1f50500000000', 'hex')],
    ['a header length beyond 2^63', Buffer.from('ffffffffffffffff7b7d', 'hex')],
    ['a header that starts with a space', file(' {}')],
    ['a header that starts with a byte order mark', file('\ufeff{}')],
    ['a header that is an array', file('[]')],
    ['a header cut short', file('{"a":')],
    ['a header that is not UTF-8', file(Buffer.from('{"\xff":{}}', 'latin1'))],
    ['a lone surrogate in a name', file(`{"\\ud800":${t(0, 1)}}`, 1)],
    ['text after the header', file('{}{}')],
    ['trailing bytes', file(`{"a":${t(0, 4)}}`, 5)],
    ['trailing bytes without tensors', file('{}', 1)],
    ['a tensor cut short', file(`{"a":${t(0, 4)}}`, 3)],
    ['a duplicate tensor name', file(`{"a":${t(0, 1)},"a":${t(0, 1)}}`, 1)],
    ['a duplicate name spelt with an escape', file(`{"a":${t(0, 1)},"\\u0061":${t(1, 2)}}`, 2)],
    ['a duplicate key in a tensor', file(`{"a":${t(0, 1, ',"dtype":"U8"')}}`, 1)],
    ['overlapping offsets', file(`{"a":${t(0, 2)},"b":${t(1, 3)}}`, 3)],
    ['two names for the same bytes', file(`{"a":${t(0, 2)},"b":${t(0, 2)}}`, 2)],
    ['a hole between tensors', file(`{"a":${t(0, 1)},"b":${t(2, 3)}}`, 3)],
    ['a hole before the first tensor', file(`{"a":${t(1, 2)}}`, 2)],
    [
      'offsets that run backwards',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', 1),
    ],
    ['a negative offset', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}')],
    [
      'an offset with a fraction',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1.0]}}', 1),
    ],
    ['three offsets', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', 1)],
    [
      'a shape that contradicts the size',
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4),
    ],
    [
      'a shape that overflows',
      file('{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
    ],
    [
      'a shape that overflows before its zero',
      file('{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}'),
    ],
    ['an unknown key in a tensor', file(`{"a":${t(0, 1, ',"note":"hello"')}}`, 1)],
    ['a key missing in a tensor', file('{"a":{"dtype":"U8","shape":[0]}}')],
    ['an unknown dtype', file('{"a":{"dtype":"U9","shape":[0],"data_offsets":[0,0]}}')],
    [
      'a dtype named after an object property',
      file('{"a":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}'),
    ],
    ['a tensor named __proto__', file(`{"__proto__":${t(0, 1)}}`, 1)],
    ['metadata that is not strings', file('{"__metadata__":{"a":1}}')],
    ['a tensor that is null', file('{"a":null}')],
    [
      'a type below a byte that does not fill the last one',
      file('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', 1),
    ],
    ['text', '{}' as never],
    ['an ArrayBuffer', new ArrayBuffer(10) as never],
    ['nothing', undefined as never],
  ];
  it.each(refuse)('refuses %s', (_, bytes) => {
    expect(() => parseSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'format' }));
  });

  it('accepts the twins of what it refuses', () => {
    expect(parseSafetensors(file('{}')).size).toBe(0);
    expect(parseSafetensors(file('{}  ')).size).toBe(0);
    expect(parseSafetensors(file(`{"b":${t(2, 3)},"a":${t(0, 2)}}`, 3)).size).toBe(2);
    expect(parseSafetensors(file(`{"\\u0061":${t(0, 1)}}`, 1)).has('a')).toBe(true);
    expect(parseSafetensors(file('{"__metadata__":{"a":"1"}}')).metadata).toEqual({ a: '1' });
    const half = file('{"a":{"dtype":"F4","shape":[2,3],"data_offsets":[0,3]}}', 3);
    expect(parseSafetensors(half).get('a')!.data).toHaveLength(3);
    const six = file('{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}', 3);
    expect(parseSafetensors(six).get('a')!.data).toHaveLength(3);
  });

  it('ends with an error, not with the stack, on a header of nothing but escapes', () => {
    const header = `{"__metadata__":{"a":"${'\\n'.repeat(1 << 24)}"}}`;
    expect(() => parseSafetensors(file(header))).toThrow(
      expect.objectContaining({ code: 'format' }),
    );
  });

  it.each([NaN, Infinity, -Infinity])('refuses %s by default', (value) => {
    const bytes = serializeSafetensors([['w', f32([3], 1, value, 2)]]);
    expect(() => parseSafetensors(bytes)).toThrow(/"w": element 1 is NaN or infinite/);
    expect(parseSafetensors(bytes, { finite: false }).size).toBe(1);
  });

  it('reads floats at any alignment', () => {
    const bytes = serializeSafetensors(sample);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const tensor = parseSafetensors(shifted.subarray(1)).get('fc.bias')!;
    expect(float32(tensor)).toEqual(new Float32Array([5, 6]));
    expect(() => float32(parseSafetensors(bytes).get('10')!)).toThrow(/U8 where F32/);
  });
});

describe('assertFinite', () => {
  const accepts = (dtype: TensorBytes['dtype'], ...data: number[]): boolean => {
    try {
      assertFinite(Uint8Array.from(data), dtype, 'x');
      return true;
    } catch {
      return false;
    }
  };
  it('knows the largest finite value and the smallest infinite one of each float', () => {
    expect(accepts('F16', 0xff, 0x7b)).toBe(true);
    expect(accepts('F16', 0x00, 0x7c)).toBe(false);
    expect(accepts('BF16', 0x7f, 0x7f)).toBe(true);
    expect(accepts('BF16', 0x80, 0x7f)).toBe(false);
    expect(accepts('F32', 0xff, 0xff, 0x7f, 0xff)).toBe(true);
    expect(accepts('F32', 0x00, 0x00, 0x80, 0xff)).toBe(false);
    expect(accepts('F64', 255, 255, 255, 255, 255, 255, 0xef, 0x7f)).toBe(true);
    expect(accepts('F64', 0, 0, 0, 0, 0, 0, 0xf0, 0x7f)).toBe(false);
    expect(accepts('I32', 0, 0, 0x80, 0x7f)).toBe(true);
  });

  it('looks at both parts of a complex number, and counts it as one element', () => {
    const complex = (...parts: number[]): Uint8Array =>
      new Uint8Array(new Float32Array(parts).buffer);
    expect(() => assertFinite(complex(1, 2, 3, 4), 'C64', 'x')).not.toThrow();
    expect(() => assertFinite(complex(1, 2, 3, NaN), 'C64', 'x')).toThrow(/element 1 is NaN/);
    expect(() => assertFinite(complex(1, -Infinity), 'C64', 'x')).toThrow(/element 0 is NaN/);
  });

  // OCP's 8-bit formats by their definitions: E5M2 as IEEE has it, the others with NaN alone.
  const sign = [0, 0x80];
  it.each([
    ['F8_E5M2', sign.flatMap((s) => [0, 1, 2, 3].map((mantissa) => s | 0x7c | mantissa))],
    ['F8_E4M3', sign.map((s) => s | 0x7f)],
    ['F8_E8M0', [0xff]],
    ['F8_E4M3FNUZ', [0x80]],
    ['F8_E5M2FNUZ', [0x80]],
    ['F6_E3M2', []],
    ['F6_E2M3', []],
    ['F4', []],
    ['U8', []],
  ] as [TensorBytes['dtype'], number[]][])('%s: of 256 bytes it refuses %j', (dtype, refused) => {
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    expect(all.filter((byte) => !accepts(dtype, 0x01, byte))).toEqual(
      refused.toSorted((a, b) => a - b),
    );
  });
});

const python = process.env['FEDSHOT_PYTHON'] ?? 'python3';
const run = (script: string, ...args: string[]): string =>
  execFileSync(python, ['-c', script, ...args], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
const hasLibrary = ((): boolean => {
  try {
    run('import safetensors.numpy');
    return true;
  } catch {
    console.log(`skipped: ${python} has no safetensors package to compare with`);
    return false;
  }
})();

describe.skipIf(!hasLibrary)("the format's own library", () => {
  it('writes the same bytes and reads ours', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fedshot-'));
    // Types of one width in the order of neither their names nor their numbers.
    const all: [string, TensorBytes][] = (
      ['F64', 'U64', 'I64', 'I32', 'U32', 'F32', 'F16', 'I16', 'U16', 'BOOL', 'U8', 'I8'] as const
    ).map((dtype, i) => [
      `${i % 3}-${dtype}`,
      { dtype, shape: [0], data: new Uint8Array(0) } satisfies TensorBytes,
    ]);
    const tensors = [...sample, ...all];
    try {
      writeFileSync(join(dir, 'ours'), serializeSafetensors(tensors, { format: 'pt' }));
      run(
        `import sys, safetensors.numpy as s
t = s.load_file(sys.argv[1] + '/ours'); assert len(t) == int(sys.argv[2])
s.save_file(t, sys.argv[1] + '/theirs', {'format': 'pt'})`,
        dir,
        String(tensors.length),
      );
      expect(readFileSync(join(dir, 'theirs'))).toEqual(readFileSync(join(dir, 'ours')));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
