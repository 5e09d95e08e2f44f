/** What the published version's ledger of late events says. Reads only. */
import { PARTITIONS, type Topic, topicOf } from '@rushes/domain';
import { readManifest } from '@rushes/lake';
import { quoteLiteral } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import type { BatchStores } from '../context/stores.ts';
import { type EngineOptions, withRunContext } from '../context/with-run-context.ts';
import type { RunContext } from '../context/run-context.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';

/** An event that came late for a view, and what it moved there. */
export interface LateEvent {
  readonly partition: string;
  readonly offset: number;
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly movie_id: string;
  /** Event time, and when it was appended. */
  readonly at: string;
  readonly appended_at: string;
  readonly view: string;
  /** Where its bucket begins, and how wide it is; null for an observation. */
  readonly bucket: string | null;
  readonly bucket_width_ms: number | null;
  readonly late_ms: number;
  /** The state of the view's key, by measures, as the event found it and as it left it. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface LateReport {
  readonly version: number;
  /** `null`: the version was made before there was a ledger. */
  readonly ledger: {
    /** Events that came late, each counted once. */
    readonly events: number;
    readonly longest_late_ms: number | null;
    readonly views: readonly { readonly view: string; readonly events: number; readonly longest_late_ms: number }[];
    /** The last ones by append time, the newest first. */
    readonly newest: readonly LateEvent[];
  } | null;
}

export interface LateOptions extends EngineOptions {
  /** So many rows at most. */
  readonly limit: number;
  /** Only events that were appended at this time or later, in milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  readonly topic?: Topic | undefined;
}

const conditionOf = ({ sinceMs, topic }: LateOptions): string =>
  [
    ...(sinceMs === undefined ? [] : [`appended_at_ms >= ${sinceMs}`]),
    ...(topic === undefined
      ? []
      : [
          `"partition" IN (${PARTITIONS.filter((one) => topicOf(one) === topic)
            .map(quoteLiteral)
            .join(', ')})`,
        ]),
  ].join(' AND ') || 'true';

const timeOf = (ms: unknown): string => new Date(Number(ms)).toISOString();
const stateOf = (json: unknown): LateEvent['before'] => JSON.parse(String(json)) as LateEvent['before']; // as: `late-sql.ts` writes states

const newest = async ({ engine }: RunContext, condition: string, limit: number): Promise<readonly LateEvent[]> => {
  const rows = await engine.rows(
    `SELECT * FROM ${LATE_EVENTS.name} WHERE ${condition} ORDER BY appended_at_ms DESC, "partition" DESC, "offset" DESC, bucket_width_ms LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    partition: String(row['partition']),
    offset: Number(row['offset']),
    id: String(row['id']),
    topic: String(row['topic']),
    type: String(row['type']),
    movie_id: String(row['movie_id']),
    at: timeOf(row['at_ms']),
    appended_at: timeOf(row['appended_at_ms']),
    view: String(row['view']),
    bucket: row['bucket_ms'] === null ? null : timeOf(row['bucket_ms']),
    bucket_width_ms: row['bucket_width_ms'] === null ? null : Number(row['bucket_width_ms']),
    late_ms: Number(row['late_ms']),
    before: stateOf(row['before']),
    after: stateOf(row['after']),
  }));
};

const readLedger = async (run: RunContext, table: TableRecord, options: LateOptions): Promise<NonNullable<LateReport['ledger']>> => {
  const { engine } = run;
  await engine.defineTable(table);
  const condition = conditionOf(options);
  const views = await engine.rows(
    `SELECT "view", count(*) AS events, max(late_ms) AS longest FROM ${LATE_EVENTS.name} WHERE ${condition} GROUP BY "view" ORDER BY min(topic), min(bucket_width_ms), "view"`,
  );
  const [all] = await engine.rows(
    `SELECT count(DISTINCT ("partition", "offset")) AS events, max(late_ms) AS longest FROM ${LATE_EVENTS.name} WHERE ${condition}`,
  );
  return {
    events: Number(all?.['events']),
    longest_late_ms: typeof all?.['longest'] === 'bigint' ? Number(all['longest']) : null,
    views: views.map((row) => ({ view: String(row['view']), events: Number(row['events']), longest_late_ms: Number(row['longest']) })),
    newest: await newest(run, condition, options.limit),
  };
};

/** @returns `undefined` if nothing has been published. */
export const readLateEvents = async (
  stores: Pick<BatchStores, 'objects' | 'views' | 'openEngine'>,
  options: LateOptions,
  context: Pick<RunContext, 'logger' | 'progress' | 'signal'>,
): Promise<LateReport | undefined> => {
  const publication = await stores.views.currentPublication();
  if (!publication) return undefined;
  return withRunContext(stores, options, context, async (run) => {
    const { version } = publication;
    const manifest = await readManifest(run.lake, version);
    const table = manifest?.tables.find(({ name }) => name === LATE_EVENTS.name);
    return { version, ledger: table ? await readLedger(run, table, options) : null };
  });
};
