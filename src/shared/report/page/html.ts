import { printable } from '../terminal/printable.js';

/** Markup that is safe to put into a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | boolean | null | undefined | readonly Part[];

/**
 * Builds markup from a template. Everything put in is escaped unless it is markup already; lists
 * are joined; `false`, `null` and `undefined` leave nothing, so that parts can be made conditional.
 * Control characters and marks that change the direction of writing are shown as escapes, as on a terminal.
 */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...parts.map(write)));
}

function write(part: Part): string {
  if (part === null || part === undefined || typeof part === 'boolean') return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(write).join('');
  return printable(String(part)).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
