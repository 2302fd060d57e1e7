import { homedir, tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../fixtures/command.js';
import { everyCommand } from '../fixtures/commands.js';

const all = everyCommand().map(({ words, command }) => ({
  name: ['fedshot', ...words].join(' '),
  words,
  command,
}));

/** The headings of a help text, each with the options below it. */
function headings(help: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let at: string[] = [];
  for (const line of help.split('\n')) {
    const heading = /^(\S.*):$/.exec(line)?.[1];
    if (heading !== undefined) found.set(heading, (at = []));
    const flag = /^ {2}(?:-\w, )?(--[a-z-]+)/.exec(line)?.[1];
    if (flag !== undefined) at.push(flag);
  }
  return found;
}

describe('--help', () => {
  it.each(all)('$name: shows no place of this machine', async ({ words, command }) => {
    const { code, out } = await runCommand(...words, '--help');
    expect(code).toBe(0);
    expect(out).toContain('Usage: fedshot');
    for (const place of [process.cwd(), homedir(), tmpdir()].filter((path) => path !== '/'))
      expect(out).not.toContain(place);
    // An absolute path stands by itself: F/B and 1/x are none. In examples a medium may be mounted.
    expect(out.split('\nExamples:')[0]).not.toMatch(/(^|[\s"'(=:])\/[A-Za-z]/m);
    for (const { flags, defaultValue } of command.options)
      expect([flags, String(defaultValue)]).not.toEqual([flags, expect.stringMatching(/^\/|^~/)]);
  });

  it.each(all.filter(({ command }) => command.options.length > 15))(
    '$name: puts its many options under headings, none with more than eleven',
    async ({ words }) => {
      const groups = headings((await runCommand(...words, '--help')).out);
      for (const [heading, flags] of groups)
        expect([heading, flags.length <= 11]).toEqual([heading, true]);
      expect(groups.get('Options')).toEqual(expect.not.arrayContaining(['--data', '--home']));
    },
  );

  it('client adapt: what it is about comes first, what tunes it later', async () => {
    const groups = headings((await runCommand('client', 'adapt', '--help')).out);
    const order = [...groups.keys()].filter((heading) => heading !== 'Examples');
    expect(order).toEqual([
      'What it shows',
      'Of what, and to what',
      "The data, in the release's form",
      'How to adapt',
      'Finer settings',
      'What becomes of it',
      'Where it runs',
      'Options',
    ]);
    expect(groups.get('Of what, and to what')).toEqual(
      expect.arrayContaining(['--home', '--name', '--data', '--test', '--source']),
    );
    expect(groups.get('Where it runs')).toEqual(['--engine', '--device', '--threads', '--isolate']);
  });
});
