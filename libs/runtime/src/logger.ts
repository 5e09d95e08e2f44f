import { destination as openDestination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';

import type { Terminal } from './terminal.ts';

export type { Logger };

/** Lines for people, or JSON for programs. */
export type LogForm = 'text' | 'json';

export interface LoggerOptions {
  readonly level: string;
  /** `auto`: for people on a terminal, in the form `elsewhere` where standard error leads to a file or a pipe. */
  readonly format: 'auto' | 'json' | 'pretty';
  readonly terminal: Terminal;
  /** The form of what else the process writes there: never both on one pipe. Default: JSON. */
  readonly elsewhere?: LogForm;
  /** The span that the code is at work in, which its lines name. Default: nothing is traced. */
  readonly span?: (() => { readonly traceId: string; readonly spanId: string } | undefined) | undefined;
}

/** The form that lines have. */
export const logFormOf = ({ format, terminal, elsewhere = 'json' }: Omit<LoggerOptions, 'level' | 'span'>): LogForm => {
  if (format !== 'auto') return format === 'json' ? 'json' : 'text';
  return terminal.interactive ? 'text' : elsewhere;
};

const SECRET_NAMES = ['authorization', 'cookie', 'password', 'secret', 'token', 'webhook', 'apiKey', '["x-api-key"]', '["set-cookie"]'];

/** Where a secret may stand: at the top, one level down (`headers.authorization`), two levels down (`req.headers.authorization`). */
const secretPaths = SECRET_NAMES.flatMap((name) => {
  const member = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${member}`, `*.*${member}`];
});

/** Each line is written at once, so that it stands where it belongs among what else is written. */
const prettyStream = (terminal: Terminal): DestinationStream => {
  const pretty = prettyFactory({
    colorize: terminal.colors,
    // A file is read later, and elsewhere: there the time has its zone.
    translateTime: terminal.interactive ? 'SYS:yyyy-mm-dd HH:MM:ss' : 'SYS:yyyy-mm-dd HH:MM:ss o',
    ignore: 'pid,hostname',
    singleLine: true,
  });
  return { write: (line: string) => terminal.write(pretty(line)) };
};

const spanFields = (span: ReturnType<NonNullable<LoggerOptions['span']>>): object =>
  span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };

/** A logger that writes to standard error (standard output is for data), or to `destination` where one is given. */
export const createLogger = (options: LoggerOptions, destination?: DestinationStream): Logger => {
  const { span } = options;
  const isText = logFormOf(options) === 'text';
  const stream = destination ?? (isText ? prettyStream(options.terminal) : openDestination({ dest: 2, sync: true }));
  return pino(
    {
      level: options.level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(span === undefined ? {} : { mixin: () => spanFields(span()) }),
      redact: { paths: secretPaths, censor: '***' },
    },
    stream,
  );
};

/** Says nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
