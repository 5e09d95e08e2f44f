/**
 * One place that writes to standard error, so that log lines and progress do not tear each other apart: a log line takes the live lines away,
 * is written, and the live lines are drawn again below it.
 */
import { createLogUpdate } from 'log-update';

export interface Terminal {
  /** A person is looking: colors and lines that change are welcome. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Writes text that stays. It ends with a line break. */
  write(text: string): void;
  /** Replaces the live lines; an empty list takes them away. Does nothing where nobody is looking. */
  showLive(lines: readonly string[]): void;
}

/** Wraps a stream, usually `process.stderr`. */
export const openTerminal = (stream: NodeJS.WriteStream): Terminal => {
  const interactive = stream.isTTY && process.env['TERM'] !== 'dumb';
  if (!interactive) return { interactive, columns: 120, write: (text) => void stream.write(text), showLive: () => undefined };
  const update = createLogUpdate(stream);
  let live: readonly string[] = [];
  return {
    interactive,
    get columns() {
      return stream.columns;
    },
    write: (text) => {
      if (live.length > 0) update.clear();
      stream.write(text);
      if (live.length > 0) update(live.join('\n'));
    },
    showLive: (lines) => {
      live = lines;
      if (lines.length > 0) {
        update(lines.join('\n'));
      } else {
        update.clear();
        update.done();
      }
    },
  };
};
