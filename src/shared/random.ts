/** Seeded pseudo-random numbers, the same on every engine and platform. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Fills `target` by as many draws of `next`: with `hit` where one is below `probability`, else `miss`. */
  choose(target: Float32Array, probability: number, hit: number, miss: number): void;
  /** A uniformly drawn permutation of 0..n-1 (Fisher–Yates). */
  permutation(n: number): Int32Array;
  /** An independent stream named by `keys`: the same keys always give the same stream. */
  fork(...keys: (number | string)[]): Random;
}

/** Where streams come from: all of `Random` that a layer or a loss needs. */
export type Streams = Pick<Random, 'fork'>;

/** 32-bit FNV-1a over the parts, so that streams are named rather than counted. */
function hash(parts: (number | string)[]): number {
  let h = 0x811c9dc5;
  for (const char of parts.join('\u0000')) h = Math.imul(h ^ char.codePointAt(0)!, 0x01000193);
  return h >>> 0;
}

/**
 * xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32.
 *
 * Streams are addressed (`fork('dropout', epoch, step)`), never shared: a resumed run draws the same
 * numbers as an uninterrupted one without any generator state being stored.
 */
export function random(...seed: (number | string)[]): Random {
  let s = hash(seed);
  const split = (): number => {
    s = (s + 0x9e3779b9) | 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const bits = (): number => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const choose: Random['choose'] = (target, probability, hit, miss) => {
    // `bits`, with its state in local variables: layers draw tens of thousands of numbers per step
    let [e, f, g, h] = [a, b, c, d];
    const limit = probability * 2 ** 32;
    for (let i = 0; i < target.length; i++) {
      const x = Math.imul(f, 5);
      target[i] = Math.imul((x << 7) | (x >>> 25), 9) >>> 0 < limit ? hit : miss;
      const t = f << 9;
      g ^= e;
      h ^= f;
      f ^= g;
      e ^= h;
      g ^= t;
      h = (h << 11) | (h >>> 21);
    }
    [a, b, c, d] = [e, f, g, h];
  };
  const self: Random = {
    next: () => bits() / 2 ** 32,
    int: (n) => Math.floor((bits() / 2 ** 32) * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - self.next())) * Math.cos(2 * Math.PI * self.next()),
    choose,
    permutation: (n) => {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = self.int(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    fork: (...keys) => random(...seed, ...keys),
  };
  return self;
}
