/**
 * The parameters that a text on a command line stands for, `width=32,blocks=2`: numbers where they are
 * written as such, `true` and `false`, else words.
 *
 * @returns the text itself where it is none, which the schema refuses
 */
export function parameterText(text: string): unknown {
  const pairs = text.split(',').map((part) => /^\s*([\w-]+)=(.*)$/.exec(part));
  const found: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name, value] = pair ?? [];
    if (name === undefined || value === undefined || Object.hasOwn(found, name)) return text;
    found[name] = valueOf(value.trim());
  }
  return found;
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : text;
}
