/**
 * Requests of the store. Reads and plain writes may be sent again by the driver, because they say the same however often; conditional ones are sent
 * once. Consistency is that of the client: a quorum of the local data center.
 */
import { type Client, policies, type QueryOptions, types } from 'cassandra-driver';

import { cassandraFailure, type RequestKind } from './errors.ts';

export type Value = string | number | bigint | Buffer | null | readonly string[];

export interface Statement {
  readonly query: string;
  readonly params: readonly Value[];
}

export interface Page {
  readonly rows: readonly types.Row[];
  /** Where the next page begins; `undefined`: there is none. */
  readonly next: string | undefined;
}

export interface Session {
  readonly location: string;
  /** Requests of one call that may be under way at once. */
  readonly requestsAtOnce: number;
  /** All rows of what is small. */
  read(query: string, params?: readonly Value[]): Promise<readonly types.Row[]>;
  /** The same after whatever conditional write of the row is under way has been ended, one way or the other. */
  readSerial(query: string, params: readonly Value[]): Promise<readonly types.Row[]>;
  readPage(query: string, params: readonly Value[], pageRows: number, from?: string): Promise<Page>;
  /** @throws WriteInDoubtError */
  write(statement: Statement): Promise<void>;
  /**
   * Statements of one Cassandra partition in one request: all of them or none.
   * @throws WriteInDoubtError
   */
  writeTogether(statements: readonly Statement[]): Promise<void>;
  /**
   * A conditional write. `[applied]` in what it returns says whether the condition held; where it did not, the columns that it asked about come with it.
   * @throws WriteInDoubtError
   */
  writeIf(query: string, params: readonly Value[]): Promise<types.Row>;
  isClosed(): boolean;
  close(): Promise<void>;
}

const REPEATABLE: QueryOptions = { isIdempotent: true };
const TOGETHER: QueryOptions = { isIdempotent: true, logged: false };
const ONCE: QueryOptions = { isIdempotent: false, retry: new policies.retry.FallthroughRetryPolicy() };
const SERIAL: QueryOptions = { ...ONCE, consistency: types.consistencies.localSerial };
/** More rows than any of the small tables has in one of its partitions. */
const SMALL = 5_000;

export const sessionOf = (client: Client, location: string, requestsAtOnce: number): Session => {
  let closing: Promise<void> | undefined;
  const wasClosed = (): Error => new Error(`the speed store ${location} was closed`);
  const request = async <Result>(kind: RequestKind, work: () => Promise<Result>): Promise<Result> => {
    if (closing) throw wasClosed();
    try {
      return await work();
    } catch (error) {
      throw closing && kind === 'read' ? wasClosed() : cassandraFailure(error, location, kind);
    }
  };
  const execute = (kind: RequestKind, query: string, params: readonly Value[], options: QueryOptions): Promise<types.ResultSet> =>
    request(kind, () => client.execute(query, params as Value[], options)); // as: the driver does not change them
  const readAll = async (query: string, params: readonly Value[], options: QueryOptions): Promise<readonly types.Row[]> => {
    const found = await execute('read', query, params, options);
    if (found.pageState === null || found.pageState === undefined) return found.rows;
    const rows: types.Row[] = [...found.rows];
    for (let from: string | null = found.pageState; from;) {
      const more = await execute('read', query, params, { ...options, pageState: from });
      rows.push(...more.rows);
      from = more.pageState;
    }
    return rows;
  };
  return {
    location,
    requestsAtOnce,
    read: (query, params = []) => readAll(query, params, { ...REPEATABLE, fetchSize: SMALL }),
    readSerial: (query, params) => readAll(query, params, SERIAL),
    async readPage(query, params, pageRows, from) {
      const found = await execute('read', query, params, {
        ...REPEATABLE,
        fetchSize: pageRows,
        ...(from !== undefined && { pageState: from }),
      });
      return { rows: found.rows, next: found.pageState ?? undefined };
    },
    async write({ query, params }) {
      await execute('write', query, params, REPEATABLE);
    },
    async writeTogether(statements) {
      const [only] = statements;
      if (statements.length === 1 && only) await execute('write', only.query, only.params, REPEATABLE);
      else await request('write', () => client.batch(statements as { query: string; params: Value[] }[], TOGETHER)); // as: the driver does not change them
    },
    async writeIf(query, params) {
      return (await execute('conditional', query, params, ONCE)).first();
    },
    isClosed: () => closing !== undefined,
    close: () => (closing ??= client.shutdown()),
  };
};
