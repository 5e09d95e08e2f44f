/**
 * One place that writes to standard error, so that log lines and progress do not tear each other apart: a log line takes the live lines away,
 * is written, and the live lines are drawn again below it.
 */
import { createLogUpdate } from 'log-update';

import { wrapText } from './wrap-text.ts';

export interface Terminal {
  /** A person is looking, at a screen on which lines may change. */
  readonly interactive: boolean;
  /** Whether text may have colors: not where `NO_COLOR` is set (https://no-color.org). */
  readonly colors: boolean;
  readonly columns: number;
  /** Writes text that stays, on a terminal with lines broken between words. It ends with a line break. */
  write(text: string): void;
  /** Replaces the live lines; an empty list takes them away. Does nothing where nobody is looking. */
  showLive(lines: readonly string[]): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_COLUMNS = 80;

/** The width of a terminal; no bound where the stream leads to a file or a pipe. */
export const columnsOf = (stream: NodeJS.WriteStream): number => (stream.isTTY ? stream.columns || DEFAULT_COLUMNS : Infinity);

/** Wraps a stream, usually `process.stderr`. */
export const openTerminal = (stream: NodeJS.WriteStream, env: Environment = process.env): Terminal => {
  const fitted = (text: string): string => wrapText(text, columnsOf(stream));
  if (!stream.isTTY || env['TERM'] === 'dumb')
    return { interactive: false, colors: false, columns: 120, write: (text) => void stream.write(fitted(text)), showLive: () => undefined };
  const update = createLogUpdate(stream);
  let live: readonly string[] = [];
  return {
    interactive: true,
    colors: (env['NO_COLOR'] ?? '') === '',
    get columns() {
      return columnsOf(stream);
    },
    write: (text) => {
      if (live.length > 0) update.clear();
      stream.write(fitted(text));
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
