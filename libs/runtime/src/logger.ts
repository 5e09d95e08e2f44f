import { Writable } from 'node:stream';

import { destination as openDestination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

import type { Terminal } from './terminal.ts';

export type { Logger };

export interface LoggerOptions {
  readonly level: string;
  /** `auto`: for people on a terminal, JSON lines elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  readonly terminal: Terminal;
}

const SECRET_NAMES = ['authorization', 'cookie', 'password', 'secret', 'token', 'webhook', 'apiKey', '["x-api-key"]', '["set-cookie"]'];

/** Where a secret may stand: at the top, one level down (`headers.authorization`), two levels down (`req.headers.authorization`). */
const secretPaths = SECRET_NAMES.flatMap((name) => {
  const member = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${member}`, `*.*${member}`];
});

const prettyStream = (terminal: Terminal): DestinationStream => {
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      terminal.write(chunk);
      done();
    },
  });
  return PinoPretty({
    destination: sink,
    colorize: terminal.interactive,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
  });
};

/** A logger that writes to standard error (standard output is for data), or to `destination` where one is given. */
export const createLogger = (options: LoggerOptions, destination?: DestinationStream): Logger => {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && options.terminal.interactive);
  const stream = destination ?? (pretty ? prettyStream(options.terminal) : openDestination({ dest: 2, sync: true }));
  return pino(
    {
      level: options.level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '***' },
    },
    stream,
  );
};

/** Says nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
