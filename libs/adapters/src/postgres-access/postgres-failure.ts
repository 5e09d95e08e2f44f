/** What the server, the driver and TLS say, as the ports' errors. The server's words are told; its statements and their values are not. */
import { StoreFault, type StoreErrorDetails, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import pg from 'pg';

/** `write`: without an answer nobody knows whether it happened. */
export type RequestKind = 'read' | 'write';

type Verdict = Pick<StoreErrorDetails, 'reason' | 'hint'> & {
  /** `notDone`: it did not happen and may be asked for again. `unknown`: its answer was lost. */
  readonly outcome: 'notDone' | 'unknown' | 'fault';
};

const NETWORK = 'See whether it runs and the network leads to it.';
const SLOW = 'See what keeps the server busy (pg_stat_activity), then try again.';

/** A statement took longer than it may. */
export class StatementDeadlineError extends Error {
  override readonly name = 'StatementDeadlineError';
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

/** SQLSTATE of what the server says, https://www.postgresql.org/docs/current/errcodes-appendix.html; `undefined`: not the server's word. */
export const sqlState = (error: unknown): string | undefined => (error instanceof pg.DatabaseError ? error.code : undefined);

export const UNDEFINED_TABLE = '42P01';
export const UNDEFINED_SCHEMA = '3F000';
const DAMAGE = new Set(['XX001', 'XX002']);

/** The server's word that what is stored is not what was written: a page, an index. */
export const showsDamage = (error: unknown): error is Error => DAMAGE.has(sqlState(error) ?? '');

const fault = (reason: string, hint: string): Verdict => ({ outcome: 'fault', reason, hint });
const passing = (reason: string, hint: string): Verdict => ({ outcome: 'notDone', reason, hint });

const CREDENTIALS = 'Give the user and the password that the server knows (postgres.user, postgres.password), and see pg_hba.conf there.';

const BY_STATE: Readonly<Record<string, (said: string) => Verdict>> = {
  '25006': (said) => fault(`only reads (${said})`, 'Give the address of the primary, or let the user write.'),
  '28000': (said) => fault(`does not let this user in (${said})`, CREDENTIALS),
  '28P01': (said) => fault(`does not accept this user and password (${said})`, CREDENTIALS),
  '3D000': (said) => fault(`has no such database (${said})`, 'Create it: CREATE DATABASE … TEMPLATE template0 ENCODING UTF8.'),
  [UNDEFINED_SCHEMA]: (said) => fault(`lacks a schema (${said})`, 'Restore it, or let a process that may write make it.'),
  [UNDEFINED_TABLE]: (said) =>
    fault(`lacks a table (${said})`, 'Restore it from a backup, or drop the schema and let the next batch run publish anew.'),
  '42501': (said) =>
    fault(`may not be used so by this user (${said})`, 'Grant the user CREATE and USAGE on the schema, and let it own the tables.'),
  '53100': (said) => passing(`has no space left (${said})`, 'Free some space at the server, then try again.'),
  '53300': (said) =>
    passing(`has no connection free (${said})`, 'Give it more (max_connections), or this process fewer (postgres.connections).'),
  '54000': (said) =>
    fault(
      `cannot hold a row (${said})`,
      'A key, and a text that is sorted or looked up by, may take about 2,600 bytes in an index of PostgreSQL.',
    ),
  '55P03': (said) => passing(`is locked by another process (${said})`, 'Try again.'),
  '57014': (said) => passing(`did not answer in time (${said})`, SLOW),
};

const stateVerdict = (state: string, said: string): Verdict => {
  const exact = Object.hasOwn(BY_STATE, state) ? BY_STATE[state] : undefined;
  if (exact !== undefined) return exact(said);
  // 08: connection; 40: rolled back; 53: resources; 55: not in the right state; 57: an operator, a crash or a start; 58: the system.
  if (/^(?:40|53|55)/.test(state)) return passing(`could not do it just now (${said})`, 'Try again.');
  if (/^(?:08|57)/.test(state)) return { outcome: 'unknown', reason: `is out of reach (${said})`, hint: NETWORK };
  if (state.startsWith('58'))
    return { outcome: 'unknown', reason: `cannot read or write just now (${said})`, hint: 'See the log of the server and its disk.' };
  if (DAMAGE.has(state)) return fault(`is damaged (${said})`, 'See the log of the server; restore it from a backup.');
  return fault(`does not take a statement of this program (${said})`, 'See the log of the server, and report it.');
};

/** What the driver says without a code of its own. */
const BROKEN = /Connection terminated|Client has encountered a connection error|Client was closed|Connection ended/;
const NO_CONNECTION = /timeout exceeded when trying to connect|Connection terminated due to connection timeout/;

/** Whether the connection is gone, and with it the answer. */
export const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  (BROKEN.test(error.message) ||
    /^(?:08|57P0[1-3])/.test(sqlState(error) ?? '') ||
    ('code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')));

/** OpenSSL's messages have addresses and lines of its source; its reason is apart. */
const wordsOf = (error: Error): string => ('reason' in error && typeof error.reason === 'string' ? error.reason : error.message);

const tlsVerdict = (error: Error, code: string): Verdict | undefined => {
  if (/^ERR_SSL_.*ALERT/.test(code))
    return fault(
      `does not accept the certificate of this client, or asks for one (${wordsOf(error)})`,
      'Give a certificate, with its key, of an authority that the server trusts.',
    );
  if (/^(?:ERR_(?:TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return fault(
      `cannot be trusted: TLS failed (${wordsOf(error)})`,
      'Give the certificate of the authority that signed the server’s (postgres.caFile), and connect by a name that its certificate has.',
    );
  return undefined;
};

const verdictOf = (error: Error): Verdict | undefined => {
  const state = sqlState(error);
  if (state !== undefined) return stateVerdict(state, error.message);
  if (error instanceof StatementDeadlineError)
    return { outcome: 'unknown', reason: `did not answer in time (${error.message})`, hint: SLOW };
  if (NO_CONNECTION.test(error.message)) return passing(`is out of reach, or all connections are in use (${error.message})`, NETWORK);
  if (/does not support SSL/.test(error.message))
    return fault(`does not encrypt connections (${error.message})`, 'Switch TLS on at the server, or off here (postgres.tls).');
  if (error.message.startsWith('SASL')) return fault(`asks for a password, or does not accept it (${error.message})`, CREDENTIALS);
  if (isBroken(error)) return { outcome: 'unknown', reason: `broke the connection (${error.message})`, hint: NETWORK };
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const tls = tlsVerdict(error, error.code);
  if (tls !== undefined) return tls;
  return /^E(?!RR_)/.test(error.code) ? passing(`is out of reach (${error.message || error.code})`, NETWORK) : undefined;
};

/** The error as the ports have it. What is neither the driver's nor the server's word comes back as it is. */
export const postgresFailure = (error: unknown, location: string, kind: RequestKind): unknown => {
  if (!(error instanceof Error) || error instanceof StoreUnavailable || error instanceof StoreFault) return error;
  const verdict = verdictOf(error);
  if (verdict === undefined) return error;
  const { outcome, reason, hint } = verdict;
  if (outcome === 'fault') return new StoreFault({ location, reason, hint, cause: error });
  if (outcome === 'unknown' && kind === 'write')
    return new WriteInDoubtError({ location, reason: `${reason}: whether it wrote is not known`, hint, cause: error });
  return new StoreUnavailable({ location, reason, hint, cause: error });
};
