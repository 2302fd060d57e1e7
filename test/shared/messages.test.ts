import { describe, expect, it } from 'vitest';
import { messageReporter, replay, type ProgressMessage } from '../../src/shared/messages.js';
import type { Reporter } from '../../src/shared/reporter.js';

function recorder() {
  const said: string[] = [];
  const reporter: Reporter = {
    note: (line) => said.push(`note ${line}`),
    warn: (line) => said.push(`warn ${line}`),
    task: (label, total, unit) => {
      said.push(`task ${label} ${total} ${unit}`);
      return {
        advance: (by, note) => said.push(`${label} +${by} ${note}`),
        done: (note) => said.push(`${label} done ${note}`),
      };
    },
  };
  return { said, reporter };
}

describe('messageReporter and replay', () => {
  it('carry progress across a channel without losing a step, gathered to ten messages a second', () => {
    let now = 0;
    const sent: ProgressMessage[] = [];
    const remote = messageReporter(
      (message) => sent.push(message),
      () => now,
    );
    const task = remote.task('adapt', 50, 'steps');
    for (let step = 1; step <= 50; step++) {
      now += 9;
      task.advance(1, `loss ${step}`);
    }
    task.done('ended');
    remote.warn('careful', 'retry', { waitMs: 5 });

    const { said, reporter } = recorder();
    const receive = replay(reporter, 'site-1');
    for (const message of JSON.parse(JSON.stringify(sent)) as ProgressMessage[]) receive(message);
    expect(said).toEqual([
      'task site-1 · adapt 50 steps',
      'site-1 · adapt +12 loss 12',
      'site-1 · adapt +12 loss 24',
      'site-1 · adapt +12 loss 36',
      'site-1 · adapt +12 loss 48',
      'site-1 · adapt +2 loss 50',
      'site-1 · adapt done ended',
      'warn site-1: careful',
    ]);
  });
});
