/**
 * What every HTTP server of this program is protected from: clients that send slowly or not at all, more connections than there are files for, and
 * failures to accept one. Invariant: none of them ends the process.
 */
import type { Server, ServerOptions } from 'node:http';

import { connectionsWithin, openFileLimit } from './open-files.ts';

export interface ServerBounds {
  /** Connections at once, as far as there are files for them; what comes beyond is closed. */
  readonly maxConnections: number;
  /** Time from the opening of a connection, or the first byte of a later request, to the end of the request's head. */
  readonly headersTimeoutMs: number;
  /** The same to the end of the request's body. */
  readonly requestTimeoutMs: number;
}

const FASTEST_CHECK_MS = 20;
const SLOWEST_CHECK_MS = 1_000;

/** Late by a tenth at most. Node's own interval of 30 s would turn 3 s into 33. */
const checkIntervalMs = (timeoutMs: number): number => Math.max(FASTEST_CHECK_MS, Math.min(SLOWEST_CHECK_MS, Math.floor(timeoutMs / 10)));

/** Options of `createServer` by which the bounds on time hold. */
export const timeoutOptions = ({ headersTimeoutMs, requestTimeoutMs }: Omit<ServerBounds, 'maxConnections'>): ServerOptions => {
  // Node refuses a head that may take longer than the whole.
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  return { headersTimeout, requestTimeout: requestTimeoutMs, connectionsCheckingInterval: checkIntervalMs(headersTimeout) };
};

/** A stranger decides how often this happens. */
const REPORT_INTERVAL_MS = 60_000;

/** Tells of trouble once in a while. */
const sparingly = (tell: (message: string, error?: Error) => void, nowMs: () => number) => {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (message: string, error?: Error): void => {
    if (nowMs() - toldMs < REPORT_INTERVAL_MS) return;
    toldMs = nowMs();
    tell(message, error);
  };
};

/** Bounds the server's connections. `onTrouble` is told at most once a minute that connections were refused, or could not be accepted. */
export const guardServer = (
  server: Server,
  { maxConnections: wanted }: Pick<ServerBounds, 'maxConnections'>,
  onTrouble: (message: string, error?: Error) => void,
  nowMs: () => number = () => performance.now(),
): void => {
  const onFull = sparingly(onTrouble, nowMs);
  const onError = sparingly(onTrouble, nowMs);
  const maxConnections = Math.min(wanted, connectionsWithin(openFileLimit()));
  server.maxConnections = maxConnections;
  // Among several processes on one port, one that is full would hand a connection back, and be handed it again at once.
  Object.assign(server, { dropMaxConnection: true }); // which the types do not know
  server.on('drop', () => {
    // Who keeps a connection for later makes room for who needs one now.
    server.closeIdleConnections();
    onFull(`there are ${maxConnections} connections: further ones are refused`);
  });
  // Without a listener the error of one connection (EMFILE) would end the process.
  server.on('error', (error) => {
    if (!server.listening) return; // told by whoever called `listen`
    server.closeIdleConnections();
    onError('a connection could not be accepted', error);
  });
};
