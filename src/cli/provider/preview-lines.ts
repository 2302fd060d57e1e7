import type { Preview } from '../../provider/publish/preview.js';
import { table } from '../../shared/report/terminal/index.js';

/** A dry run's answer: every field of what would be published, with its value. */
export function previewLines(preview: Preview): string[] {
  const { name, version, created, expires, previous, files, tensors, model } = preview;
  const { bytes, chunks, newBytes, unchanged } = preview;
  const { input } = model;
  return [
    'the manifest says:',
    ...fieldLines({ name, version, created, expires, previous }),
    ...files.map(({ path, size, sha256 }) => `  ${path}: ${size} bytes, SHA-256 ${sha256}`),
    ...tensors.map(
      (one) => `  ${one.file}#${one.name}: ${one.dtype} [${one.shape.join(', ')}] ${one.sha256}`,
    ),
    'model.json says:',
    ...(input.kind === 'table' ? [columnTable(input)] : []),
    ...fieldLines(model),
    unchanged
      ? `identical to ${name} ${version}: nothing would be published (--again makes a new version)`
      : `${name} ${version} would have ${bytes} bytes in ${chunks} chunks, ${newBytes} bytes of them new`,
    'nothing was signed or written',
  ];
}

type Table = Extract<Preview['model']['input'], { kind: 'table' }>;

/** What the contract says of each column, rounded figures of the training data. */
const columnTable = ({ columns, impute, mean, std }: Table): string =>
  table(
    [
      { heading: 'column', value: ({ column }) => column },
      { heading: 'stands in for missing', value: (row) => String(row.impute), align: 'right' },
      { heading: 'mean', value: (row) => String(row.mean), align: 'right' },
      { heading: 'deviation', value: (row) => String(row.std), align: 'right' },
    ],
    columns.map((column, i) => ({ column, impute: impute[i], mean: mean[i], std: std[i] })),
  );

/** One line for each leaf: its path and its value, a list of plain values in one line. */
function fieldLines(value: unknown, path = ''): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null))
    return value.flatMap((item, i) => fieldLines(item, `${path}[${i}]`));
  if (Array.isArray(value)) return [`  ${path}: ${value.map(String).join(', ')}`];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) =>
      fieldLines(item, path === '' ? key : `${path}.${key}`),
    );
  return [`  ${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
}
