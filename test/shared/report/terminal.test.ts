import { describe, expect, it } from 'vitest';
import { table, terminalReporter } from '../../../src/shared/report/terminal/index.js';

function recorder(isTTY = false) {
  const said: string[] = [];
  const screen = { write: (text: unknown) => Boolean(said.push(String(text))), isTTY };
  return { said, screen };
}

describe('terminalReporter', () => {
  it('throttles plain lines to one in two seconds, with the time left', () => {
    let now = 0;
    const { said, screen } = recorder();
    const task = terminalReporter(screen, { clock: () => now }).task('adapt', 100, 'steps');
    for (let step = 0; step < 50; step++) {
      now += 100;
      task.advance(1, `loss ${step}`);
    }
    task.done('accuracy 93.1%');
    expect(said).toEqual([
      'adapt: 20/100 steps, 8.0 s left, loss 19\n',
      'adapt: 40/100 steps, 6.0 s left, loss 39\n',
      'adapt: done in 5.0 s, accuracy 93.1%\n',
    ]);
  });

  it('rounds what comes in fractions', () => {
    let now = 0;
    const { said, screen } = recorder();
    const task = terminalReporter(screen, { clock: () => now }).task('fetch', 190, 'MiB');
    now = 3000;
    task.advance(17.3821);
    expect(said).toEqual(['fetch: 17.4/190 MiB, 29.8 s left\n']);
  });

  it('writes no control characters to a file', () => {
    const { said, screen } = recorder();
    const reporter = terminalReporter(screen);
    reporter.note('a note', 'other');
    reporter.warn('a warning', 'other');
    expect(said).toEqual(['a note\n', 'warning: a warning\n']);
  });
});

describe('table', () => {
  it('aligns figures to the right and words to the left, without trailing blanks', () => {
    const text = table(
      [
        { heading: 'site', value: (row: [string, number]) => row[0] },
        { heading: 'accuracy', value: (row) => `${row[1]}%`, align: 'right' },
      ],
      [
        ['one', 9.5],
        ['thirteen', 93.1],
      ],
    );
    expect(text).toBe(
      ['site      accuracy', 'one           9.5%', 'thirteen     93.1%'].join('\n'),
    );
  });
});
