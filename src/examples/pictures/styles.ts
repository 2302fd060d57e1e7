import type { Random } from '../../shared/random.js';

/** Draws an outline that stands in place already: SVG of a square of 100, behind and with the shape. */
export type Style = (path: string, placed: string, random: Random) => string;

const between = (random: Random, least: number, most: number): number =>
  least + (most - least) * random.next();
const hsl = (hue: number, saturation: number, lightness: number): string =>
  `hsl(${hue.toFixed(0)},${saturation.toFixed(0)}%,${lightness.toFixed(0)}%)`;
const times = (n: number, draw: () => string): string => Array.from({ length: n }, draw).join('');
const anywhere = (random: Random): string => between(random, 0, 100).toFixed(1);

/** Lit from one side, with a shadow, before something out of focus. */
const photo: Style = (path, placed, random) => {
  const back = 360 * random.next();
  const front = back + between(random, 90, 270);
  const dark = random.next() < 0.5; // the thing before the ground, or the ground behind the thing
  const light = dark ? between(random, 20, 35) : between(random, 60, 75);
  const ground = dark ? between(random, 60, 75) : between(random, 25, 40);
  const blobs = times(14, () => {
    const colour = hsl(back + between(random, -30, 30), 35, ground + between(random, -14, 14));
    const size = between(random, 5, 18).toFixed(1);
    return `<circle cx="${anywhere(random)}" cy="${anywhere(random)}" r="${size}" fill="${colour}"/>`;
  });
  return `
    <defs>
      <filter id="far"><feGaussianBlur stdDeviation="2.5"/></filter>
      <linearGradient id="lit" x1="${random.next().toFixed(2)}" y1="0" x2="${random.next().toFixed(2)}" y2="1">
        <stop offset="0" stop-color="${hsl(front, 70, light + 15)}"/>
        <stop offset="1" stop-color="${hsl(front, 70, light - 15)}"/>
      </linearGradient>
    </defs>
    <rect width="100" height="100" fill="${hsl(back, 35, ground)}"/>
    <g filter="url(#far)">${blobs}
      <g transform="translate(3 4)"><path d="${path}" transform="${placed}" fill-opacity=".5"/></g>
    </g>
    <path d="${path}" transform="${placed}" fill="url(#lit)"/>`;
};

/** A pencil on paper: the outline twice, and hatching inside. */
const sketch: Style = (path, placed, random) => {
  const grey = between(random, 15, 45);
  const line = (wide: number): string =>
    `fill="none" stroke="${hsl(30, 10, grey)}" stroke-width="${wide.toFixed(3)}" stroke-linejoin="round"`;
  const hatch = between(random, 0.22, 0.36).toFixed(2); // in the shape's own units, as the pattern turns with it
  const marks = times(5, () => {
    const [x, y] = [anywhere(random), anywhere(random)];
    const [dx, dy] = [between(random, -9, 9).toFixed(1), between(random, -9, 9).toFixed(1)];
    return `<path d="M${x},${y} l${dx},${dy}" ${line(1)}/>`;
  });
  const shaken = `translate(${between(random, -1.5, 1.5).toFixed(1)} ${between(random, -1.5, 1.5).toFixed(1)})`;
  return `
    <defs><pattern id="hatch" width="${hatch}" height="${hatch}" patternUnits="userSpaceOnUse"
        patternTransform="rotate(${(180 * random.next()).toFixed(0)})">
      <path d="M0,.05 H1" ${line(0.06)}/></pattern></defs>
    <rect width="100" height="100" fill="${hsl(45, 25, between(random, 86, 96))}"/>
    ${marks}
    <path d="${path}" transform="${placed}" fill="url(#hatch)"/>
    <path d="${path}" transform="${placed}" ${line(0.09)}/>
    <g transform="${shaken}"><path d="${path}" transform="${placed}" ${line(0.07)}/></g>`;
};

/** Two flat inks, the dark one inside, over stripes or dots. */
const poster: Style = (path, placed, random) => {
  const hue = 360 * random.next();
  const paper = hsl(hue, between(random, 60, 90), between(random, 70, 85));
  const ink = hsl(
    hue + between(random, 120, 240),
    between(random, 50, 90),
    between(random, 12, 32),
  );
  const printed = hsl(hue, 70, 60);
  const step = between(random, 8, 14).toFixed(1);
  const mark =
    random.next() < 0.5
      ? `<rect width="${step}" height="${(Number(step) / 3).toFixed(1)}" fill="${printed}"/>`
      : `<circle cx="3" cy="3" r="2.4" fill="${printed}"/>`;
  return `
    <defs><pattern id="print" width="${step}" height="${step}" patternUnits="userSpaceOnUse"
        patternTransform="rotate(${(180 * random.next()).toFixed(0)})">${mark}</pattern></defs>
    <rect width="100" height="100" fill="${paper}"/>
    <rect width="100" height="100" fill="url(#print)"/>
    <path d="${path}" transform="${placed}" fill="${ink}"/>`;
};

/** How the same shapes look at the provider (`photo`) and at sites. */
export const STYLES = { photo, sketch, poster } as const satisfies Record<string, Style>;
