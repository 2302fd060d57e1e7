import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventReporter, type FedshotEvent } from '../../src/shared/events.js';
import { messageReporter, replay, type ProgressMessage } from '../../src/shared/messages.js';
import { NOTICES } from '../../src/shared/notices.js';
import { terminalReporter } from '../../src/shared/report/terminal/index.js';

const events = () => {
  const seen: FedshotEvent[] = [];
  return { seen, reporter: eventReporter((event) => seen.push(event)) };
};

it('are documented, each with what it is about', () => {
  const rows = readFileSync('docs/api.md', 'utf8')
    .split('\n')
    .flatMap((line) => /^\| `([a-z-]+)` +\| (.*?) +\|$/.exec(line)?.slice(1, 3) ?? []);
  const documented = rows.flatMap((code, i) => (i % 2 === 0 ? [[code, rows[i + 1]]] : []));
  for (const notice of Object.entries(NOTICES)) expect(documented).toContainEqual(notice);
});

it('keep code and fields from a worker to the events of a program', () => {
  const sent: ProgressMessage[] = [];
  const worker = messageReporter((message) => sent.push(message));
  worker.note('trying again in 0.2 s', 'retry', { error: 'network', waitMs: 200 });
  worker.warn('asking the next source', 'source-skipped', { source: 'a:1' });
  const { seen, reporter } = events();
  const receive = replay(reporter, 'north');
  for (const message of JSON.parse(JSON.stringify(sent)) as ProgressMessage[]) receive(message);
  expect(seen).toEqual([
    {
      type: 'note',
      text: 'north: trying again in 0.2 s',
      code: 'retry',
      fields: { error: 'network', waitMs: 200 },
    },
    {
      type: 'warning',
      text: 'north: asking the next source',
      code: 'source-skipped',
      fields: { source: 'a:1' },
    },
  ]);
});

it('have the code `other` where JavaScript gives none', () => {
  const { seen, reporter } = events();
  (reporter as unknown as { note(text: string): void }).note('hello');
  expect(seen).toEqual([{ type: 'note', text: 'hello', code: 'other' }]);
});

it('show a person the line alone', () => {
  let said = '';
  const reporter = terminalReporter({ write: (text: string) => Boolean((said += text)) });
  reporter.note('trying again', 'retry', { waitMs: 200 });
  expect(said).toBe('trying again\n');
});
