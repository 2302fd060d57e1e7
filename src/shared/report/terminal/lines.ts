import type { Colors } from 'picocolors/types.js';
import { durationText, ratio } from './format.js';
import type { Screen, TerminalReporter } from './types.js';

const EVERY_MS = 2_000;

/** Plain lines for pipes and files: each task's start is silent, then a line now and then, and its end. */
export function lines(screen: Screen, clock: () => number, paint: Colors): TerminalReporter {
  const say = (line: string): void => void screen.write(`${line}\n`);
  return {
    note: say,
    warn: (line) => say(`${paint.yellow('warning:')} ${line}`),
    close: () => undefined,
    task(label, total, unit = '') {
      const start = clock();
      let said = start;
      let value = 0;
      const at = (): string => `${label}: ${ratio(value, total)}${unit && ` ${unit}`}`;
      return {
        advance(by = 1, note) {
          value += by;
          if (clock() - said < EVERY_MS) return;
          said = clock();
          const left = (((said - start) / value) * (total - value)) / 1000;
          say(`${at()}, ${durationText(Math.max(0, left))} left${note ? `, ${note}` : ''}`);
        },
        done: (note) =>
          say(
            `${label}: done in ${durationText((clock() - start) / 1000)}${note ? `, ${note}` : ''}`,
          ),
      };
    },
  };
}
