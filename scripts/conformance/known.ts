/**
 * Tests of tfjs-core's that do not hold here on purpose: part of the test's name, and why. Everything
 * else that fails is a defect.
 */
export const KNOWN: readonly [name: string, why: string][] = [
  ['argmax libtorch {} ignores NaNs', 'a NaN is the maximum, as in PyTorch: never hidden'],
  ['argmin libtorch {} ignores NaNs', 'a NaN is the minimum, as in PyTorch: never hidden'],
  ['argmin libtorch {} 3D, ignores NaNs', 'a NaN is the minimum, as in PyTorch: never hidden'],
  ['maxPool libtorch {} [x=[3,3,1] f=[2,2] s=1 ignores NaNs', 'a NaN spreads, as in PyTorch'],
  ['sign libtorch {} ', 'the sign of NaN is NaN'],
  ['gather libtorch {} throws when', 'refused in other words'],
  ['topk libtorch {} lower-index', 'which of two equal values comes first is open'],
  ['topk libtorch {} negative infinity', 'which of two equal values comes first is open'],
  ['matmul libtorch {} upcasts', 'products are float32'],
  ['matmul libtorch {} matmul throws when passed a vector', 'a vector is taken for a matrix'],
  ['dtypes libtorch {} Should use the input tensor dtype', 'products are float32'],
  ['maxPool libtorch {} x=[2,2,3] f=[2,2] s=3 p=1', 'windows end inside the image'],
  ['pool libtorch {} max x=[3,3,1] f=[3,3] s=3', 'windows end inside the image'],
  ['pool libtorch {} max x=[2,2,3] f=[1,1] s=2 p=1', 'windows end inside the image'],
  [
    'conv2dTranspose libtorch {} input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
    'oneDNN has no such convolution: refused',
  ],
];

/** Why a test does not apply, by what it failed with. */
export const NOT_APPLICABLE: readonly [
  pattern: RegExp,
  why: (match: RegExpMatchArray) => string,
][] = [
  [/Kernel '(\w+)' not registered/, (match) => `no kernel ${match[1]}`],
  [/dtype (string|complex64) are not supported/, (match) => `no ${match[1]} tensors`],
  [/FedshotError: (libtorch: (?:only|gather) .*)$/, (match) => `refused: ${match[1]}`],
];
