/**
 * Connections to one server: a bounded pool for statements, and a connection of its own for each build. Invariants: a call ends when its signal or its time
 * says so, and then the server is asked to end the statement as well; a connection on which that happened is not used again.
 */
import pg from 'pg';

import type { PostgresOptions } from './options.ts';
import { isBroken, postgresFailure, type RequestKind, sqlState, StatementDeadlineError } from './postgres-failure.ts';
import { locationOf } from './postgres-url.ts';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared under this name, once on each connection. For statements whose plan does not depend on their values. */
  readonly name?: string;
}

export type Cell = string | number | boolean | null;
export type Rows = readonly (readonly Cell[])[];

export interface Call {
  readonly signal?: AbortSignal | undefined;
}

/** Runs statements one after the other on one connection. */
export type Run = (statement: Statement | string) => Promise<Rows>;

export interface Connections {
  readonly location: string;
  /** One statement that changes nothing; asked a second time where the connection turns out to be broken. Throws what the driver throws. */
  readonly read: (statement: Statement, call?: Call) => Promise<Rows>;
  /** One statement that may change something. Throws what the driver throws. */
  readonly write: (statement: Statement, call?: Call) => Promise<Rows>;
  /** Statements that hold together, or not at all. */
  readonly transaction: <Result>(work: (run: Run) => Promise<Result>, call?: Call) => Promise<Result>;
  /** The same on a connection of its own, whose statements may take as long as builds do. */
  readonly build: <Result>(work: (run: Run, client: pg.Client) => Promise<Result>, call?: Call) => Promise<Result>;
  /** The error as the ports have it. */
  readonly failure: (error: unknown, kind: RequestKind) => unknown;
  readonly close: () => Promise<void>;
}

const CONNECTIONS = 10;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 60_000;
const BUILD_STATEMENT_MS = 2 * 3_600_000;
const IDLE_MS = 30_000;
/** So long do statements stay prepared that nobody asks any more. */
const LIFE_S = 1_800;
const CANCEL_MS = 2_000;
/** How soon after its answer was due the client gives a statement up that the server should have ended. */
const GRACE_MS = 1_000;

/**
 * Lists rely on the order of the parts of a UNION ALL, which only a parallel plan changes. A server whose client has died ends what it does for it: within
 * two seconds where the system tells it that the connection is closed, within a minute where nothing is told.
 */
const SESSION = [
  'enable_parallel_append=off',
  'client_connection_check_interval=2000',
  'tcp_keepalives_idle=20',
  'tcp_keepalives_interval=10',
  'tcp_keepalives_count=4',
];

const INT8 = 20;
/** Counts and values of integer columns are safe integers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text') =>
    id === INT8 ? Number : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser, // as: texts are parsed, nothing is binary
};

const configOf = (options: PostgresOptions, statementMs: number): pg.ClientConfig => {
  const { host, port, database, credentials, tls, limits = {} } = options;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    database,
    // Otherwise the driver takes those of the environment.
    user: credentials?.user ?? 'rushes',
    password: credentials?.password ?? (() => ''),
    ssl: tls === undefined ? false : { ...tls, rejectUnauthorized: true, ...(/[a-z]/i.test(host) ? { servername: host } : {}) },
    application_name: 'rushes',
    connectionTimeoutMillis: limits.connectTimeoutMs ?? CONNECT_MS,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: BUILD_STATEMENT_MS,
    keepAlive: true,
    options: SESSION.map((setting) => `-c ${setting}`).join(' '),
    types,
  };
};

/** A call that was given up: the server may still be at it. */
class GivenUp extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('the call was given up');
    this.reason = reason;
  }
}

/** @throws GivenUp when the signal or the time ends the call; else what the driver throws. */
const runOn = async (client: pg.ClientBase, statement: Statement | string, timeoutMs: number, signal?: AbortSignal): Promise<Rows> => {
  signal?.throwIfAborted();
  const { text, values, name } = typeof statement === 'string' ? { text: statement } : statement;
  const query = client.query<Cell[]>({
    text,
    rowMode: 'array',
    types,
    ...(values === undefined ? {} : { values: [...values] }),
    ...(name === undefined ? {} : { name }),
  });
  let stop: (error: GivenUp) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  const onAbort = (): void => stop(new GivenUp(signal?.reason));
  const timer = setTimeout(() => stop(new GivenUp(new StatementDeadlineError(timeoutMs))), timeoutMs + GRACE_MS);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return (await Promise.race([query, stopped])).rows;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};

/** Rejects with the signal's reason when it comes; what the work ends with then is handed to `late`. */
const unlessAborted = <Result>(work: Promise<Result>, signal: AbortSignal | undefined, late: (result: Result) => void): Promise<Result> =>
  signal === undefined
    ? work
    : new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason as Error); // as: whatever it is, it is passed on
        signal.addEventListener('abort', onAbort, { once: true });
        work.then(
          (result) => {
            signal.removeEventListener('abort', onAbort);
            if (signal.aborted) late(result);
            else resolve(result);
          },
          (error: unknown) => {
            signal.removeEventListener('abort', onAbort);
            reject(error);
          },
        );
      });

/** Nothing is connected before the first call. */
export const openConnections = (options: PostgresOptions): Connections => {
  const { limits = {}, connections = CONNECTIONS } = options;
  const statementMs = limits.statementTimeoutMs ?? STATEMENT_MS;
  const buildMs = limits.buildStatementTimeoutMs ?? BUILD_STATEMENT_MS;
  const location = locationOf(options);
  const pool = new pg.Pool({
    ...configOf(options, statementMs),
    max: connections,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFE_S,
    allowExitOnIdle: true,
  });
  // A connection that breaks while nobody uses it is replaced; one that is in use says so where it is used.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const building = new Set<pg.Client>();
  let isClosed = false;
  const open = (signal: AbortSignal | undefined): void => {
    signal?.throwIfAborted();
    if (isClosed) throw new Error(`${location} was closed`);
  };

  const pidOf = (client: pg.ClientBase): unknown => ('processID' in client ? client.processID : undefined);
  /** Asks the server to end what it does for a connection that is given up; by a connection of its own, since all of the pool may be busy. */
  const cancel = async (client: pg.ClientBase): Promise<void> => {
    const pid = pidOf(client);
    if (typeof pid !== 'number') return;
    const asker = new pg.Client({ ...configOf(options, CANCEL_MS), connectionTimeoutMillis: CANCEL_MS, query_timeout: CANCEL_MS });
    asker.on('error', () => {});
    try {
      await asker.connect();
      await asker.query('SELECT pg_cancel_backend($1)', [pid]);
    } catch {
      // The server ends it when it sees that the connection is closed.
    } finally {
      await asker.end().catch(() => {});
    }
  };
  const cancelling = new Set<Promise<void>>();
  const giveUp = (client: pg.ClientBase): void => {
    const asked = cancel(client);
    cancelling.add(asked);
    void asked.finally(() => cancelling.delete(asked));
  };

  const leased = async <Result>(work: (client: pg.PoolClient) => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> => {
    open(signal);
    const client = await unlessAborted(pool.connect(), signal, (late) => late.release());
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      if (error instanceof GivenUp) giveUp(client);
      // What the server says of one statement leaves the connection as it was.
      client.release(sqlState(error) === undefined || isBroken(error));
      throw error instanceof GivenUp ? error.reason : error;
    }
  };

  const inTransaction = async <Result>(run: Run, work: () => Promise<Result>): Promise<Result> => {
    let isEnding = false;
    try {
      await run('BEGIN');
      const result = await work();
      isEnding = true;
      await run('COMMIT');
      return result;
    } catch (error) {
      const isLost = error instanceof GivenUp || isBroken(error);
      if (!isLost) await run('ROLLBACK').catch(() => {});
      if (!isLost || isEnding) throw error;
      // Before its end nothing of a transaction has happened, whatever became of its last statement.
      throw error instanceof GivenUp
        ? new GivenUp(postgresFailure(error.reason, location, 'read'))
        : new GivenUp(postgresFailure(error, location, 'read'));
    }
  };

  const read = async (statement: Statement, { signal }: Call = {}): Promise<Rows> => {
    const once = (): Promise<Rows> => leased((client) => runOn(client, statement, statementMs, signal), signal);
    try {
      return await once();
    } catch (error) {
      if (!isBroken(error) || signal?.aborted === true) throw error;
      return once();
    }
  };

  return {
    location,
    read,
    write: (statement, { signal } = {}) => leased((client) => runOn(client, statement, statementMs, signal), signal),
    transaction: (work, { signal } = {}) =>
      leased((client) => {
        const run: Run = (statement) => runOn(client, statement, statementMs, signal);
        return inTransaction(run, () => work(run));
      }, signal),
    async build(work, { signal } = {}) {
      open(signal);
      const client = new pg.Client(configOf(options, buildMs));
      client.on('error', () => {});
      building.add(client);
      const run: Run = (statement) => runOn(client, statement, buildMs);
      const worked = client.connect().then(() => inTransaction(run, () => work(run, client)));
      try {
        // What is being copied may come from a source that hangs: it is not waited for.
        return await unlessAborted(worked, signal, () => {});
      } catch (error) {
        if (error instanceof GivenUp || signal?.aborted === true) giveUp(client);
        signal?.throwIfAborted();
        throw error instanceof GivenUp ? error.reason : error;
      } finally {
        building.delete(client);
        void client.end().catch(() => {});
      }
    },
    failure: (error, kind) => postgresFailure(error, location, kind),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([...building].map((client) => client.end().catch(() => {})));
      await Promise.all(cancelling);
      await pool.end();
    },
  };
};
