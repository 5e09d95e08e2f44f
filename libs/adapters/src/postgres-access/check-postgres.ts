/** What has to be so of a server before a store on it can be trusted. Asks one question, and changes nothing. */
import { type StoreCheck, StoreFault, type StoreFinding, StoreUnavailable } from '@rushes/ports';

import { type Cell, openConnections } from './connections.ts';
import { schemaOf } from './format.ts';
import type { PostgresOptions } from './options.ts';

/** The oldest with the hash of a row, COPY FREEZE that marks pages visible, and an end to what dead clients began. */
const OLDEST_VERSION = 140_000;

const FACTS = `SELECT current_setting('server_version_num')::int, split_part(current_setting('server_version'), ' ', 1), pg_is_in_recovery(),
  current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
  current_setting('data_checksums'), current_setting('default_transaction_read_only'),
  to_regnamespace($1) IS NOT NULL, has_database_privilege(current_database(), 'CREATE'),
  CASE WHEN to_regnamespace($1) IS NOT NULL THEN has_schema_privilege($1, 'CREATE') AND has_schema_privilege($1, 'USAGE') END,
  EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')`;

export interface ServerFacts {
  readonly versionNumber: number;
  readonly isStandby: boolean;
  readonly encoding: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly synchronousCommit: string;
  readonly dataChecksums: string;
  readonly readOnly: string;
  readonly isSchemaThere: boolean;
  readonly mayMakeSchema: boolean;
  readonly mayUseSchema: boolean;
  readonly hasTrigrams: boolean;
}

/** What is wrong with a server of which this is so. Pure. @param schema without quotes, @param views whether batch views are to be there. */
export const judgeServer = (facts: ServerFacts, schema: string, views: boolean): readonly StoreFinding[] => {
  const findings: StoreFinding[] = [];
  const add = (level: StoreFinding['level'], isSo: boolean, message: string, hint: string): void => {
    if (isSo) findings.push({ level, message, hint });
  };
  add('fault', facts.versionNumber < OLDEST_VERSION, 'PostgreSQL is older than 14', 'Use PostgreSQL 14 or newer.');
  add(
    'fault',
    facts.encoding !== 'UTF8',
    `the database's encoding is ${facts.encoding}`,
    'Create it with ENCODING UTF8 TEMPLATE template0.',
  );
  add('fault', facts.isStandby, 'the server is a standby, which only reads', 'Give the address of the primary.');
  add(
    'fault',
    !facts.isStandby && facts.readOnly === 'on',
    'transactions only read (default_transaction_read_only is on)',
    'Set it to off for this user and database.',
  );
  add(
    'fault',
    facts.isSchemaThere && !facts.mayUseSchema,
    `this user may not make tables in the schema ${schema}`,
    `GRANT USAGE, CREATE ON SCHEMA ${schema} TO the user.`,
  );
  add(
    'fault',
    !facts.isSchemaThere && !facts.mayMakeSchema,
    `there is no schema ${schema}, and this user may not make one`,
    `CREATE SCHEMA ${schema} AUTHORIZATION the user.`,
  );
  add('warning', facts.fsync !== 'on', 'fsync is off: a crash of the machine destroys the database', 'Set fsync to on.');
  add(
    'warning',
    facts.fullPageWrites !== 'on',
    'full_page_writes is off: a crash may tear pages',
    'Set it to on, unless the file system never tears a page.',
  );
  add(
    'warning',
    facts.synchronousCommit === 'off',
    'synchronous_commit is off: a crash of the server takes back what was acknowledged, a publication or a revoked key',
    'Set it to on for this user and database.',
  );
  add(
    'warning',
    views && facts.dataChecksums !== 'on',
    'the server has no checksums of pages: a damaged index shows itself only by wrong answers',
    'Enable them (pg_checksums --enable, or initdb --data-checksums).',
  );
  add(
    'warning',
    views && !facts.hasTrigrams,
    'the extension pg_trgm is not there: looking for a part of a title reads all titles',
    'CREATE EXTENSION pg_trgm in the database; views that are built from then on use it.',
  );
  return findings;
};

const factsOf = (row: readonly Cell[]): ServerFacts => ({
  versionNumber: Number(row[0]),
  isStandby: row[2] === true,
  encoding: String(row[3]),
  fsync: String(row[4]),
  fullPageWrites: String(row[5]),
  synchronousCommit: String(row[6]),
  dataChecksums: String(row[7]),
  readOnly: String(row[8]),
  isSchemaThere: row[9] === true,
  mayMakeSchema: row[10] === true,
  mayUseSchema: row[11] === true,
  hasTrigrams: row[12] === true,
});

/** Looks at the server, the database and what the user may do. @param what the store that is to be there. A server that cannot be reached is a fault. */
export const checkPostgres = async (options: PostgresOptions, what: 'batch-views' | 'api-keys'): Promise<StoreCheck> => {
  const schema = schemaOf(options).slice(1, -1);
  const connections = openConnections({ ...options, connections: 1 });
  try {
    const [row = []] = await connections.read({ text: FACTS, values: [schema] });
    return { version: String(row[1]), findings: judgeServer(factsOf(row), schema, what === 'batch-views') };
  } catch (error) {
    const failure = connections.failure(error, 'read');
    if (!(failure instanceof StoreFault || failure instanceof StoreUnavailable)) throw failure;
    const hint = failure.hint ?? 'See the log of the server.';
    return { version: undefined, findings: [{ level: 'fault', message: failure.message, hint }] };
  } finally {
    await connections.close();
  }
};
