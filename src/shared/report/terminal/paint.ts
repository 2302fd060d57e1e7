import { randomBytes } from 'node:crypto';
import pc from 'picocolors';
import { printable } from './printable.js';

const COLOURS = { green: pc.green, red: pc.red, yellow: pc.yellow };
type Colour = keyof typeof COLOURS;

/** Drawn anew for each process, so that no name in a file can hold it. */
const NONCE = randomBytes(8).toString('hex');
const MARKED = new RegExp(`<${NONCE} (green|red|yellow)>([^]*?)</${NONCE}>`, 'g');

const mark =
  (colour: Colour) =>
  (text: string): string =>
    `<${NONCE} ${colour}>${text}</${NONCE}>`;

/**
 * Colours for what a command prints as its result. They are marks in the text; {@link painted} turns
 * them into escape sequences after it has made all others in the text visible.
 */
export const paint: Readonly<Record<Colour, (text: string) => string>> = {
  green: mark('green'),
  red: mark('red'),
  yellow: mark('yellow'),
};

/** Text for a terminal: safe to print, and in the colours of {@link paint} where there are colours. */
export const painted = (text: string): string =>
  printable(text).replace(MARKED, (_, colour: Colour, inner: string) => COLOURS[colour](inner));
