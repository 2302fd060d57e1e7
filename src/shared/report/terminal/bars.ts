import type { WriteStream } from 'node:tty';
import { MultiBar, type Params } from 'cli-progress';
import type { Colors } from 'picocolors/types.js';
import { durationText, ratio } from './format.js';
import type { TerminalReporter } from './types.js';

const BAR = 24;

interface Payload {
  label: string;
  unit: string;
  note: string;
}

/** Bars with the time left; a task that is done leaves one line behind and gives its bar's row back. */
export function bars(screen: WriteStream, paint: Colors): TerminalReporter {
  let multi: MultiBar | undefined;
  let open = 0;
  let widest = 0;

  const draw = (_options: unknown, params: Params, { label, unit, note }: Payload): string => {
    const { value, total, startTime } = params;
    const filled = Math.round(BAR * Math.min(1, params.progress));
    const bar = paint.cyan('█'.repeat(filled)) + paint.dim('░'.repeat(BAR - filled));
    const left = ((Date.now() - startTime) / value) * (total - value);
    const figures = [
      `${ratio(value, total)}${unit && ` ${unit}`}`,
      value > 0 ? `${durationText(Math.max(0, left / 1000))} left` : '',
      note && paint.dim(note),
    ];
    return `${label.padEnd(widest)} ${bar} ${figures.filter(Boolean).join('  ')}`;
  };
  const begin = (): MultiBar =>
    new MultiBar({
      stream: screen,
      format: draw,
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false, // the command line has its own Ctrl-C
    });
  const close = (): void => {
    multi?.stop();
    multi = undefined;
    open = 0;
    widest = 0;
  };
  const say = (line: string): void => {
    if (multi) multi.log(`${line}\n`);
    else screen.write(`${line}\n`);
  };

  return {
    note: say,
    warn: (line) => say(`${paint.yellow('warning:')} ${line}`),
    close,
    task(label, total, unit = '') {
      multi ??= begin();
      const group = multi;
      const started = performance.now();
      widest = Math.max(widest, label.length);
      const bar = group.create(total, 0, { label, unit, note: '' } satisfies Payload);
      open++;
      let value = 0;
      let ended = false;
      return {
        advance(by = 1, note) {
          value += by;
          bar.update(value, note === undefined ? {} : { note });
        },
        done(note) {
          if (ended) return;
          ended = true;
          if (multi === group) {
            group.remove(bar);
            if (--open === 0) close();
          }
          const time = paint.dim(durationText((performance.now() - started) / 1000));
          say(`${paint.green('✔')} ${label} ${time}${note ? `  ${note}` : ''}`);
        },
      };
    },
  };
}
