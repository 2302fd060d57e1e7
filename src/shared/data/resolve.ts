import type { ReaderDefinition, ReaderInput } from './define.js';
import { parseNotation, pathHint, usage } from './notation.js';
import { parseReaderOptions } from './options.js';
import { readers } from './registry.js';

/**
 * The reader that a notation names, and what it is given.
 * @throws FedshotError `usage` for an unknown reader, and for keys, values or a part that it does not take
 */
export function resolveNotation(source: string): { reader: ReaderDefinition; input: ReaderInput } {
  const [first] = readers.all();
  const notation = parseNotation(source, first?.example);
  const { reader: name, part } = notation;
  if (!readers.has(name))
    throw usage(source, `unknown reader "${name}"`, `it is ${readers.names().join(', ')}`);
  const reader = readers.get(name);
  const options = parseReaderOptions(notation, reader.options, name);
  if (part !== undefined && !reader.part)
    throw usage(source, `"${part}" is not key=value`, pathHint(notation));
  const { path, paths } = notation;
  return { reader, input: { source, path, paths, part, options } };
}
