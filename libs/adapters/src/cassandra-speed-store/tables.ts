/**
 * The tables, by what writes them: `owned`, `log` and `schema_version` are written by conditional statements alone, all others by plain ones. The two kinds
 * take their write timestamps from different clocks, so in one table an acknowledged write of one could stay hidden behind the other's.
 *
 * Rows bear timestamps that follow from the log, all else the clock's: rows have a table for themselves, so that its files can be dropped by time.
 */

/** Counts the changes of the tables: one migration each. */
export const SCHEMA_VERSION = 2;

/** What a table's rows live at most if a write does not say, a guard: every write says it. */
const DEFAULT_TTL_S = 172_800;
const GC_GRACE_S = 10_800;
const DROPPED_BY_TIME = `compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS', 'compaction_window_size': '2'}
  AND default_time_to_live = ${DEFAULT_TTL_S} AND gc_grace_seconds = ${GC_GRACE_S}`;

export interface Table {
  readonly name: string;
  readonly columns: string;
  readonly options: string;
  /** Whether files go whole once all in them has expired. */
  readonly isDroppedByTime: boolean;
  /** A condition that never holds, of a row that is not there: shows whether the table may be read and written. */
  readonly probe: string;
}

const table = (name: string, columns: string, probe: string, isDroppedByTime = false): Table => ({
  name,
  columns,
  options: isDroppedByTime ? DROPPED_BY_TIME : `gc_grace_seconds = ${GC_GRACE_S}`,
  isDroppedByTime,
  probe,
});

export const VERSION_TABLE = table(
  'schema_version',
  'only int PRIMARY KEY, version int',
  `SET version = 0 WHERE only = -1 IF version = -1`,
);

const FIRST_TABLES: readonly Table[] = [
  // The rows of a view by epoch. The bucket follows from the key, so one table serves reads by key and scans.
  table(
    'speed_rows',
    'view_name text, epoch int, bucket int, partition text, generation int, key text, value blob, PRIMARY KEY ((view_name, epoch, bucket), partition, generation, key)',
    `SET value = 0x WHERE view_name = '-' AND epoch = -1 AND bucket = -1 AND partition = '-' AND generation = -1 AND key = '-' IF value = 0x00`,
    true,
  ),
  // Which epochs a view has rows in.
  table(
    'row_groups',
    'view_name text, epoch int, checksum text, PRIMARY KEY (view_name, epoch)',
    `SET checksum = '' WHERE view_name = '-' AND epoch = -1 IF checksum = '-'`,
    true,
  ),
  table(
    'changes',
    'partition text, bucket bigint, til bigint, value blob, PRIMARY KEY ((partition, bucket), til)',
    `SET value = 0x WHERE partition = '-' AND bucket = -1 AND til = -1 IF value = 0x00`,
    true,
  ),
  // The rows of change records that are too large for one mutation.
  table(
    'change_chunks',
    'partition text, bucket bigint, til bigint, record uuid, chunk int, value blob, PRIMARY KEY ((partition, bucket), til, record, chunk)',
    `SET value = 0x WHERE partition = '-' AND bucket = -1 AND til = -1 AND record = 00000000-0000-0000-0000-000000000000 AND chunk = -1 IF value = 0x00`,
    true,
  ),
  table(
    'change_buckets',
    'partition text, bucket bigint, checksum text, PRIMARY KEY (partition, bucket)',
    `SET checksum = '' WHERE partition = '-' AND bucket = -1 IF checksum = '-'`,
    true,
  ),
  // The highest end of a partition's change records, under itself as timestamp: so the highest stays. One Cassandra partition, read as a whole by each poll.
  table(
    'heads',
    'only int, partition text, til bigint, PRIMARY KEY (only, partition)',
    `SET til = 0 WHERE only = -1 AND partition = '-' IF til = -1`,
  ),
  table(
    'members',
    'only int, id text, lease_ms bigint, PRIMARY KEY (only, id)',
    `SET lease_ms = 0 WHERE only = -1 AND id = '-' IF lease_ms = -1`,
  ),
  // Owner, fence, position and coverage of a partition of the log. No row is ever deleted.
  table(
    'owned',
    'partition text PRIMARY KEY, fence bigint, owner text, position text, coverage text',
    `SET fence = 0 WHERE partition = '-' IF fence = -1`,
  ),
  table('log', 'only int PRIMARY KEY, id text, claimed_at_ms bigint', `SET id = '' WHERE only = -1 IF id = '-'`),
];

/** What running processes say of themselves. One Cassandra partition. */
const HEARTBEATS_TABLE = table(
  'heartbeats',
  'only int, id text, report text, PRIMARY KEY (only, id)',
  `SET report = '' WHERE only = -1 AND id = '-' IF report = '-'`,
);

/** The tables that each version adds. Later versions are added, and none is changed. */
export const MIGRATIONS: ReadonlyMap<number, readonly Table[]> = new Map([
  [1, FIRST_TABLES],
  [2, [HEARTBEATS_TABLE]],
]);

/** All tables but the one that has the version. */
export const TABLES: readonly Table[] = [...MIGRATIONS.values()].flat();

/** The table's name with its keyspace's, which was checked before. */
export const qualified = (keyspace: string, name: string): string => `"${keyspace}".${name}`;

export const createTable = (keyspace: string, { name, columns, options }: Table): string =>
  `CREATE TABLE IF NOT EXISTS ${qualified(keyspace, name)} (${columns}) WITH ${options}`;
