import type { WriteStream } from 'node:tty';
import { MultiBar } from 'cli-progress';
import type { Colors } from 'picocolors/types.js';
import type { TerminalReporter } from './reporter.js';
import { duration } from './format.js';

/** Bars with the time left; a task that is done leaves one line behind and gives its bar's row back. */
export function bars(screen: WriteStream, paint: Colors): TerminalReporter {
  let multi: MultiBar | undefined;
  let open = 0;
  const say = (line: string): void => {
    if (multi && open > 0) multi.log(`${line}\n`);
    else screen.write(`${line}\n`);
  };
  const close = (): void => {
    multi?.stop();
    multi = undefined;
  };
  return {
    note: say,
    warn: (line) => say(`${paint.yellow('warning:')} ${line}`),
    close,
    task(label, total, unit = '') {
      multi ??= new MultiBar({
        stream: screen,
        format: (_options, params, payload: { note: string }) => {
          const width = 24;
          const filled = Math.round(width * Math.min(1, params.progress));
          const bar = paint.cyan('█'.repeat(filled)) + paint.dim('░'.repeat(width - filled));
          const elapsed = (Date.now() - params.startTime) / 1000;
          const left = params.value > 0 ? (elapsed / params.value) * (total - params.value) : NaN;
          const eta = params.value > 0 ? `${duration(Math.max(0, left))} left` : '';
          const value = Number.isInteger(params.value) ? params.value : params.value.toFixed(1);
          return [`${label} ${bar} ${value}/${total}${unit && ` ${unit}`}`, eta, payload.note]
            .filter(Boolean)
            .join('  ');
        },
        clearOnComplete: true,
        hideCursor: true,
        linewrap: false,
        gracefulExit: false,
        fps: 10,
      });
      const group = multi;
      const started = performance.now();
      const bar = group.create(total, 0, { note: '' });
      open++;
      let value = 0;
      return {
        advance(by = 1, note) {
          value += by;
          bar.update(value, note === undefined ? {} : { note: paint.dim(note) });
        },
        done(note) {
          const seconds = (performance.now() - started) / 1000;
          const line = `${paint.green('✔')} ${label} ${paint.dim(duration(seconds))}${note ? `  ${note}` : ''}`;
          group.remove(bar);
          open--;
          if (open === 0) close();
          if (multi) multi.log(`${line}\n`);
          else screen.write(`${line}\n`);
        },
      };
    },
  };
}
