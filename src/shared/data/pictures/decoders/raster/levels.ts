/** Products of two levels over 255, rounded (Pillow's MULDIV255). */
const times = (a: number, b: number): number => {
  const t = a * b + 128;
  return ((t >> 8) + t) >> 8;
};

/** CMYK without a profile, as Pillow's `convert("RGB")`: ink takes away from what black leaves. */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const left = 255 - cmyk[from + 3]!;
    for (let i = 0; i < 3; i++) rgb[to++] = Math.max(0, left - times(cmyk[from + i]!, left));
  }
  return rgb;
}

/** 16 bits to 8, so that 65535 is white, rounded. */
export const to8Bit = (levels: Uint16Array): Uint8Array =>
  Uint8Array.from(levels, (level) => (level + 128) / 257);
