/** Standard output is for data: plain text for people, or with `--json` one JSON document on a line, and nothing else. */
import { columnsOf, wrapText, type Terminal } from '@rushes/runtime';

export interface Output {
  readonly json: boolean;
  /** The width of the screen that is written to; no bound elsewhere. */
  readonly columns: number;
  /** The answer: `value` for programs, `text` for people. */
  result(value: unknown, text: () => string): void;
  /** Something on the way to the answer, for people only. */
  note(text: string): void;
}

export const createOutput = (stdout: NodeJS.WriteStream, terminal: Terminal, json: boolean): Output => {
  // Where both streams are the same screen, the lines go the way that knows of the live progress lines.
  const write = (text: string): void => {
    if (stdout.isTTY && terminal.interactive) terminal.write(text);
    else stdout.write(json ? text : wrapText(text, columnsOf(stdout)));
  };
  return {
    json,
    get columns() {
      return columnsOf(stdout);
    },
    result: (value, text) => write(`${json ? JSON.stringify(value) : text()}\n`),
    note: (text) => {
      if (!json) write(`${text}\n`);
    },
  };
};

/** A failure as programs get it, with `--json`. */
export const writeFault = (
  stdout: NodeJS.WriteStream,
  fault: { readonly message: string; readonly hint?: string; readonly faults?: readonly unknown[]; readonly exit_code: number },
): void => void stdout.write(`${JSON.stringify({ error: fault })}\n`);
