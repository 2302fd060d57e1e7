import type { Command } from 'commander';
import publish from '../../api/provider/publish.js';
import { cardLines } from '../../provider/publish/card-lines.js';
import type { Preview } from '../../provider/publish/preview.js';
import type { Published } from '../../provider/publish/publish.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { previewLines } from './preview-lines.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: publish,
    name: 'publish',
    about: 'sign a model as the next version of a release',
    examples: ['fedshot provider publish --model work/model --name digits --store work/store'],
    text: (result) =>
      ('dryRun' in result ? dryRunLines(result) : publishedLines(result)).join('\n'),
  });
}

const dryRunLines = (preview: Preview): string[] => [
  ...cardLines(preview.card ?? undefined),
  ...previewLines(preview),
];

function publishedLines(value: Published): string[] {
  const { name, version, expires, digest, bytes, chunks, newBytes, freshUntil } = value;
  if (value.unchanged)
    return [
      `identical to ${name} ${version}, which may be pulled until ${expires}: nothing was published`,
      `digest ${digest}`,
      '--again makes a new version of the same weights',
    ];
  return [
    `${name} ${version} is published until ${expires}`,
    `digest ${digest}`,
    `${bytes} bytes in ${chunks} chunks, ${newBytes} bytes of them new`,
    `the list of releases is fresh until ${freshUntil}: serve renews it, or fedshot provider refresh`,
  ];
}
