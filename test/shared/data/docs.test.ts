import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readers } from '../../../src/shared/data/index.js';

const docs = readFileSync('docs/data.md', 'utf8');

describe('docs/data.md', () => {
  it('lists the readers as they are defined, each once and no other', () => {
    const listed = /^\| notation .*\n\| -.*\n((?:\|.*\n)+)/m.exec(docs)?.[1] ?? '';
    const rows = listed.trimEnd().split('\n');
    const cells = rows.map((row) =>
      row.split(' | ').map((cell) => cell.replace(/^\| | *\|?$/g, '')),
    );
    expect(cells).toEqual(
      readers.all().map(({ example, description }) => [`\`${example}\``, description]),
    );
  });

  it.each(readers.all())('explains every option of $name', ({ options }) => {
    const missing = Object.keys(options.shape).filter((key) => !docs.includes(`${key}=`));
    expect(missing).toEqual([]);
  });
});
