/**
 * The edge cases of Ed25519's two points, by formula: those that C2SP's CCTV vectors name (low order,
 * low-order component, not canonical, low-order residue), computed here with arithmetic of our own.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assertPinnable, ed25519Verify } from '../../../src/shared/release/ed25519.js';
import { failsWith } from '../../fixtures/world.js';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
type Point = readonly [x: bigint, y: bigint];

const mod = (n: bigint, m = P): bigint => ((n % m) + m) % m;
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}
const inverse = (n: bigint): bigint => power(n, P - 2n);
const D = mod(-121665n * inverse(121666n));

/** RFC 8032, 5.1.4, in affine coordinates. */
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const dxy = D * mod(x1 * x2) * mod(y1 * y2);
  return [
    mod((x1 * y2 + x2 * y1) * inverse(1n + dxy)),
    mod((y1 * y2 + x1 * x2) * inverse(1n - dxy)),
  ];
}
const IDENTITY: Point = [0n, 1n];
function times(n: bigint, point: Point): Point {
  let [sum, double] = [IDENTITY, point];
  for (let e = n; e > 0n; e >>= 1n) {
    if (e & 1n) sum = add(sum, double);
    double = add(double, double);
  }
  return sum;
}

/** The even x of a y (RFC 8032, 5.1.3). */
function pointOf(y: bigint): Point {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  const root = power(square, (P + 3n) / 8n);
  const x = mod(root * root) === square ? root : mod(root * power(2n, (P - 1n) / 4n));
  if (mod(x * x) !== square) throw new Error('not on the curve');
  return [x & 1n ? P - x : x, y];
}
const BASE = pointOf(mod(4n * inverse(5n)));
const ORDER_8 =
  pointOf(2707385501144840649318225287225658788936804267575313519463743609750303402022n);
/** T₀ … T₇, Tᵢ = i·T₁. */
const TORSION = Array.from({ length: 8 }, (_, i) => times(BigInt(i), ORDER_8));

const little = (n: bigint): Uint8Array =>
  new Uint8Array(Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse());
const encode = ([x, y]: Point): Uint8Array => little(y | ((x & 1n) << 255n));
const toBig = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const challenge = (R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint =>
  mod(toBig(createHash('sha512').update(R).update(A).update(message).digest()), L);

/** Whoever knows a and r can sign with any A = aB + Tᵢ and R = rB + Tⱼ, up to the residue Tⱼ + k·Tᵢ. */
const [a, r] = [mod(2n ** 251n + 3n * 7n ** 80n, L), mod(5n ** 100n, L)];
const [aB, rB] = [times(a, BASE), times(r, BASE)];
const joined = (R: Uint8Array, S: bigint): Uint8Array => new Uint8Array([...R, ...little(S)]);

interface Case {
  A: Uint8Array;
  R: Uint8Array;
  secret: bigint;
  nonce: bigint;
}

/** A signature whose residue is nothing, or something. Undefined where there is none such. */
function signed(
  { A, R, secret, nonce }: Case,
  [i, j]: readonly [number, number],
  residue: boolean,
): { message: Buffer; signature: Uint8Array } | undefined {
  for (let n = 0; n < 200; n++) {
    const message = Buffer.from(`release ${n}`);
    const k = challenge(R, A, message);
    if (((BigInt(j) + k * BigInt(i)) % 8n !== 0n) === residue)
      return { message, signature: joined(R, mod(nonce + k * secret, L)) };
  }
  return undefined;
}

const PAIRS = TORSION.flatMap((_, i) => TORSION.map((_, j) => [i, j] as const));
/** Every encoding of a point that has another than the canonical one: y + p, and the sign of x = 0. */
function otherEncodings([x, y]: Point): Uint8Array[] {
  const signs = x === 0n ? [0n, 1n] : [x & 1n];
  const all = [y, y + P].filter((value) => value < 2n ** 255n);
  const canonical = Buffer.from(encode([x, y])).toString('hex');
  return all
    .flatMap((value) => signs.map((sign) => little(value | (sign << 255n))))
    .filter((bytes) => Buffer.from(bytes).toString('hex') !== canonical);
}

describe('ed25519Verify, at the edges of the curve', () => {
  it('has the torsion points that it takes for its cases', () => {
    expect(new Set(TORSION.map((point) => point.join())).size).toBe(8);
    expect(times(8n, ORDER_8)).toEqual(IDENTITY);
    expect(times(L, BASE)).toEqual(IDENTITY);
  });

  it.each(PAIRS)(
    'components of low order in A (T%i) and R (T%i): taken where the equation holds, refused where it only does times 8',
    (i, j) => {
      const A = encode(add(aB, TORSION[i]!));
      const R = encode(add(rB, TORSION[j]!));
      const own = { A, R, secret: a, nonce: r };
      const exact = signed(own, [i, j], false);
      const cofactored = signed(own, [i, j], true);
      expect(exact ?? cofactored).toBeDefined();
      if (exact) expect(ed25519Verify(A, exact.message, exact.signature)).toBe(true);
      if (cofactored)
        expect(ed25519Verify(A, cofactored.message, cofactored.signature)).toBe(false);
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'R of low order (T%i), which the holder of the key alone can make: as any other',
    (j) => {
      const [A, R] = [encode(aB), encode(TORSION[j]!)];
      const own = { A, R, secret: a, nonce: 0n };
      const made = signed(own, [0, j], j !== 0)!;
      expect(ed25519Verify(A, made.message, made.signature)).toBe(j === 0);
    },
  );

  it('A of low order: refused in each encoding, though anybody can make the equation hold', () => {
    let count = 0;
    for (const [i, point] of TORSION.entries())
      for (const A of [encode(point), ...otherEncodings(point)])
        for (const [j, R] of TORSION.map(encode).entries()) {
          const made = signed({ A, R, secret: 0n, nonce: 0n }, [i, j], false);
          if (!made) continue;
          count++;
          expect(ed25519Verify(A, made.message, made.signature)).toBe(false);
          expect(() => assertPinnable(A)).toThrow(failsWith('trust'));
        }
    // Orders 1, 2, 4, 4 and four times 8, in 4, 2, 2, 2 and 1 encodings, each with as many R as its order.
    expect(count).toBe(4 * 1 + 2 * 2 + 2 * (2 * 4) + 4 * 8);
  });

  it('R not canonical: refused, whichever encoding its hash was taken of', () => {
    let count = 0;
    for (const [j, point] of TORSION.entries())
      for (const R of otherEncodings(point))
        for (const hashed of [R, encode(point)]) {
          const i = (8 - j) % 8;
          const A = encode(add(aB, TORSION[i]!));
          const made = signed({ A, R: hashed, secret: a, nonce: 0n }, [i, j], false)!;
          count++;
          const signature = joined(R, toBig(made.signature.subarray(32)));
          expect(ed25519Verify(A, made.message, signature)).toBe(false);
        }
    expect(count).toBe(2 * 6);
  });

  it('there are six encodings of low-order points that are not canonical', () => {
    expect(TORSION.flatMap(otherEncodings)).toHaveLength(6);
  });

  it('S and S + L: the second is refused for every one of these keys', () => {
    for (const i of TORSION.keys()) {
      const [A, R] = [encode(add(aB, TORSION[i]!)), encode(rB)];
      const { message, signature } = signed({ A, R, secret: a, nonce: r }, [i, 0], false)!;
      expect(ed25519Verify(A, message, signature)).toBe(true);
      const S = toBig(signature.subarray(32));
      expect(ed25519Verify(A, message, joined(R, S + L))).toBe(false);
      expect(ed25519Verify(A, message, joined(R, S + 8n * L))).toBe(false);
    }
  });
});
