/** A point of the unit box; y points down. */
export type Point = readonly [x: number, y: number];
/** A smooth curve through its points; a point that is given twice is a sharp corner. */
export type Stroke = readonly Point[];

/** One way to write a digit. */
export interface Glyph {
  readonly strokes: readonly Stroke[];
  /** Width of the unit box as a fraction of its height. */
  readonly width: number;
  /** How often this way is chosen, relative to the digit's others. */
  readonly weight: number;
}

/** Reads `"x,y x,y"` in hundredths of the unit box; `!` behind a point makes it a corner. */
function stroke(text: string): Stroke {
  return text.split(' ').flatMap((token) => {
    const [x = 0, y = 0] = token.replace('!', '').split(',').map(Number);
    const point: Point = [x / 100, y / 100];
    return token.endsWith('!') ? [point, point] : [point];
  });
}

const glyph = (weight: number, width: number, ...strokes: string[]): Glyph => ({
  weight,
  width,
  strokes: strokes.map(stroke),
});

/** How people write the digits 0 to 9: per digit, several ways. */
export const GLYPHS: readonly (readonly Glyph[])[] = [
  [
    glyph(3, 0.72, '52,2 22,13 8,50 20,86 50,98 80,87 92,50 80,14 50,2'),
    glyph(1, 0.68, '66,8 32,8 9,46 18,86 54,98 86,70 86,30 62,4 40,12'),
    glyph(1, 0.55, '60,2 26,18 8,58 22,92 50,98 82,78 92,40 76,8 54,3'),
  ],
  [
    glyph(4, 0.2, '52,0 50,50 48,100'),
    glyph(2, 0.38, '10,26 68,0! 64,50 62,100'),
    glyph(1, 0.5, '14,24 54,0! 52,50 52,99', '10,100 50,99 92,100'),
  ],
  [
    glyph(3, 0.72, '12,25 30,4 65,3 85,25 70,51 36,78 8,98! 50,97 94,95'),
    glyph(2, 0.78, '10,28 30,5 65,3 82,26 66,56 35,86 15,95 9,84 27,79 56,93 96,92'),
    glyph(1, 0.68, '16,14 50,0 84,16 82,42 48,74 6,99! 40,92 70,98 96,90'),
  ],
  [
    glyph(3, 0.66, '12,13 45,0 80,12 78,36 42,47! 80,56 90,80 52,100 6,88'),
    glyph(1, 0.7, '10,3 50,4 88,3! 64,24 42,41! 80,50 88,80 46,100 4,88'),
    glyph(2, 0.64, '14,18 40,2 76,8 82,28 60,44 46,48 78,58 86,82 46,99 8,90 6,80'),
  ],
  [
    glyph(3, 0.72, '16,3 11,34 13,54! 50,54 94,50', '80,0 76,50 72,100'),
    glyph(2, 0.72, '70,100 70,50 71,2! 36,38 5,68! 50,68 98,65'),
    glyph(1, 0.66, '20,0 10,36 30,52 60,46 84,20', '86,2 80,50 76,100'),
  ],
  [
    glyph(3, 0.68, '86,2 50,4 22,4! 18,24 14,44! 50,36 86,54 86,82 48,100 6,90'),
    glyph(2, 0.72, '22,6 18,26 16,45! 50,37 84,56 82,84 44,100 5,88', '22,5 56,3 95,0'),
    glyph(1, 0.64, '90,0 52,6 30,8! 20,28 22,42 54,46 80,64 70,90 38,100 6,92'),
  ],
  [
    glyph(3, 0.62, '74,2 36,25 12,60 20,91 52,100 86,82 78,57 48,51 18,74'),
    glyph(2, 0.58, '58,0 27,35 9,70 30,98 70,97 90,74 64,56 32,63 15,82'),
    glyph(1, 0.68, '88,8 60,2 24,24 8,62 22,94 58,99 86,80 70,58 40,58 14,74'),
  ],
  [
    glyph(3, 0.66, '8,6 50,5 90,4! 58,48 40,100'),
    glyph(2, 0.7, '8,6 50,6 90,3! 60,46 38,100', '24,52 52,50 82,48'),
    glyph(1, 0.68, '6,22 10,4! 50,8 92,5! 54,52 44,100'),
  ],
  [
    glyph(3, 0.62, '80,15 50,0 20,14 26,36 55,50 86,72 76,94 45,100 15,90 14,70 45,50 76,33 82,14'),
    glyph(
      1,
      0.6,
      '50,0 23,10 23,37 50,47 77,37 77,10 50,0',
      '50,47 15,60 12,88 50,100 88,88 85,60 50,47',
    ),
    glyph(1, 0.58, '86,8 52,0 22,16 34,42 66,58 78,84 46,100 18,84 36,56 66,38 88,12'),
  ],
  [
    glyph(3, 0.6, '82,20 54,2 20,12 14,38 44,51 76,36 84,12! 82,50 72,100'),
    glyph(2, 0.66, '80,16 50,0 18,16 20,42 50,50 80,32 84,14! 84,60 62,94 20,98'),
    glyph(1, 0.56, '78,10 40,2 12,24 26,48 62,44 82,14! 74,54 58,100'),
  ],
];
