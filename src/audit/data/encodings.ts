/** The ways that pixels or figures could lie in released bytes, each as a stream of bytes. */
export interface Encoding {
  readonly name: string;
  /** How the released bytes are read to find such data; null for values that are not there. */
  extract(released: Uint8Array): Uint8Array;
  /** Hides data there as an attacker would, to show that the search finds it. */
  plant(released: Uint8Array, secret: Uint8Array): Uint8Array;
}

const lane = (offset: number, stride: number): Encoding => ({
  name: stride === 1 ? 'bytes' : `byte ${offset} of every ${stride}`,
  extract: (released) => {
    if (stride === 1) return released;
    const out = new Uint8Array(Math.floor((released.length - offset + stride - 1) / stride));
    for (let i = 0; i < out.length; i++) out[i] = released[i * stride + offset]!;
    return out;
  },
  plant: (released, secret) => {
    const out = Uint8Array.from(released);
    const n = Math.min(secret.length, Math.floor((released.length - offset) / stride));
    for (let i = 0; i < n; i++) out[i * stride + offset] = secret[i]!;
    return out;
  },
});

const inverted = (inner: Encoding): Encoding => ({
  name: `${inner.name}, inverted`,
  extract: (released) => inner.extract(released).map((byte) => 255 - byte),
  plant: (released, secret) =>
    inner.plant(
      released,
      secret.map((byte) => 255 - byte),
    ),
});

const reversed = (inner: Encoding): Encoding => ({
  name: `${inner.name}, backwards`,
  // not slice(): that of a Buffer is a view, and the released bytes would be turned around
  extract: (released) => Uint8Array.from(inner.extract(released)).reverse(),
  plant: (released, secret) => inner.plant(released, Uint8Array.from(secret).reverse()),
});

/** Grey levels as numbers, scale · level + shift. */
function floats(
  name: string,
  toValue: (level: number) => number,
  toLevel: (value: number) => number,
): Encoding {
  return {
    name,
    extract: (released) => {
      const view = new DataView(released.buffer, released.byteOffset, released.byteLength);
      return Uint8Array.from({ length: Math.floor(released.length / 4) }, (_, i) => {
        // Rounded as the samples are, whose values may lie between two grey levels.
        const level = Math.round(toLevel(view.getFloat32(4 * i, true)));
        // What is no grey level is marked by one that breaks every window.
        return level >= 0 && level <= 255 ? level : i % 251;
      });
    },
    plant: (released, secret) => {
      const out = Uint8Array.from(released);
      const view = new DataView(out.buffer);
      const n = Math.min(secret.length, Math.floor(out.length / 4));
      for (let i = 0; i < n; i++) view.setFloat32(4 * i, toValue(secret[i]!), true);
      return out;
    },
  };
}

/**
 * `bits` lowest bits of each float32, filled from the top or from the bottom of each byte; the bytes
 * begin at every `phase`-th value.
 */
function lowBits(bits: 1 | 2 | 4, topFirst: boolean, phase: number): Encoding {
  const per = 8 / bits;
  const mask = (1 << bits) - 1;
  const shift = (k: number): number => bits * (topFirst ? per - 1 - k : k);
  const count = (bytes: number): number => Math.max(0, Math.floor((bytes / 4 - phase) / per));
  const place = (i: number, k: number): number => 4 * (phase + i * per + k);
  return {
    name: `${bits} lowest bits of each value, ${topFirst ? 'top' : 'bottom'} first, from value ${phase}`,
    extract: (released) => {
      const out = new Uint8Array(count(released.length));
      for (let i = 0; i < out.length; i++)
        for (let k = 0; k < per; k++) out[i]! |= (released[place(i, k)]! & mask) << shift(k);
      return out;
    },
    plant: (released, secret) => {
      const out = Uint8Array.from(released);
      const n = Math.min(secret.length, count(released.length));
      for (let i = 0; i < n; i++)
        for (let k = 0; k < per; k++) {
          const at = place(i, k);
          out[at] = (out[at]! & ~mask) | ((secret[i]! >> shift(k)) & mask);
        }
      return out;
    },
  };
}

const allLowBits = (): Encoding[] =>
  ([1, 2, 4] as const).flatMap((bits) =>
    Array.from({ length: 8 / bits }, (_, phase) => [
      lowBits(bits, true, phase),
      lowBits(bits, false, phase),
    ]).flat(),
  );

/** @param phases at how many characters the text may begin: what stands before it may look like it */
const text = (name: 'base64' | 'hex', alphabet: RegExp, phases: number): Encoding => ({
  name,
  extract: (released) => {
    const runs = Buffer.from(released).toString('latin1').match(alphabet) ?? [];
    return Buffer.concat(
      runs.flatMap((run) =>
        Array.from({ length: phases }, (_, phase) => Buffer.from(run.slice(phase), name)),
      ),
    );
  },
  plant: (released, secret) => {
    const out = Uint8Array.from(released);
    out.set(Buffer.from(Buffer.from(secret).toString(name)).subarray(0, out.length));
    return out;
  },
});

/** How a release tells sites to normalise images. */
export interface Normalisation {
  readonly mean: number;
  readonly std: number;
}

/** What is looked for. */
export function encodings(normalised: readonly Normalisation[] = []): Encoding[] {
  const bytes = lane(0, 1);
  const lanes = [0, 1, 2, 3].map((offset) => lane(offset, 4));
  return [
    ...[bytes, inverted(bytes), reversed(bytes)],
    ...lanes,
    ...lanes.slice(0, 2).map(inverted),
    ...[lane(0, 2), lane(1, 2), lane(0, 8)],
    floats(
      'float32, 0..1',
      (v) => v / 255,
      (x) => x * 255,
    ),
    floats(
      'float32, 0..255',
      (v) => v,
      (x) => x,
    ),
    floats(
      'float32, -1..1',
      (v) => v / 127.5 - 1,
      (x) => (x + 1) * 127.5,
    ),
    ...normalised.map(({ mean, std }) =>
      floats(
        `float32, normalised by ${mean} and ${std}`,
        (v) => (v / 255 - mean) / std,
        (x) => (x * std + mean) * 255,
      ),
    ),
    ...allLowBits(),
    // long enough for a window of 16 bytes
    text('base64', /[A-Za-z0-9+/]{22,}={0,2}/g, 4),
    text('hex', /[0-9a-fA-F]{32,}/g, 2),
  ];
}
