/** Which part of the values is shown, from black to white (PS3.3, C.11.2.1.2). */
export interface ValueWindow {
  readonly centre: number;
  readonly width: number;
  readonly shape: 'linear' | 'linear-exact' | 'sigmoid';
}

/** The level 0..255 of a value. */
export function windowed({ centre: c, width: w, shape }: ValueWindow): (value: number) => number {
  if (shape === 'sigmoid')
    return (value) => Math.round(255 / (1 + Math.exp((-4 * (value - c)) / w)));
  const [middle, span] = shape === 'linear' ? [c - 0.5, w - 1] : [c, w];
  return (value) => {
    if (value <= middle - span / 2) return 0;
    if (value > middle + span / 2) return 255;
    return Math.round(255 * ((value - middle) / span + 0.5));
  };
}
