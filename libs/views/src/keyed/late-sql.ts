/** Late events for the batch engine: a SELECT over a silver table of events and the states before them. The rules are in `late.ts`. */
import { identifier } from '../measures/index.ts';
import type { KeyedView } from './keyed-view.ts';
import type { LateRule } from './late.ts';
import { bucketSql, foldedSql, keyColumns } from './sql.ts';

const EVENT = ['"partition"', '"offset"', 'id', 'type', 'movie_id', 'at_ms', 'appended_at_ms'];

/** Whether a row with `before`, the state before its event, is late, and by how many milliseconds. */
const lateSql = (rule: LateRule): { readonly isLate: string; readonly byMs: string } => {
  if (rule.kind === 'bucket') {
    const byMs = `appended_at_ms - (bucket_ms + ${rule.bucketMs})`;
    return { isLate: `${byMs} >= 0`, byMs };
  }
  const byMs = `"before".${identifier(rule.source)}.at_ms - at_ms`;
  return { isLate: `coalesce(${byMs} > 0, false)`, byMs };
};

const stateSql = (view: KeyedView, of: (measure: KeyedView['measures'][string], column: string) => string): string =>
  `{${Object.entries(view.measures)
    .map(([name, measure]) => `'${name}': ${of(measure, identifier(name))}`)
    .join(', ')}}`;

/** The bucket of an event, for SELECTs over events, and what the ledger says of it. */
const bucketOf = (rule: LateRule): { readonly column: string; readonly shown: string } =>
  rule.kind === 'bucket'
    ? { column: `, ${bucketSql(rule.bucketMs)} AS bucket_ms`, shown: `bucket_ms, CAST(${rule.bucketMs} AS BIGINT) AS bucket_width_ms` }
    : { column: '', shown: 'CAST(NULL AS BIGINT) AS bucket_ms, CAST(NULL AS BIGINT) AS bucket_width_ms' };

/**
 * One row per event of `events` that is late by a rule: the event, by how much it is late, and the state of its key before and after it, as JSON.
 * @param earlier table of the view's states of all events before these; without it, there are none before.
 */
export const lateSelect = (rule: LateRule, events: string, earlier?: string): string => {
  const { view } = rule;
  const key = keyColumns(view).join(', ');
  const bucket = bucketOf(rule);
  const { isLate, byMs } = lateSql(rule);
  const ofSource = rule.kind === 'observation' ? ` AND source = '${rule.source}'` : '';
  const event = [...EVENT, ...keyColumns(view).filter((column) => !EVENT.includes(column))].join(', ');
  const names = Object.keys(view.measures).map(identifier).join(', ');
  const folds = Object.entries(view.measures).map(([name, { sql }]) => `${sql.fold} AS ${identifier(name)}`);
  const before =
    earlier === undefined
      ? ''
      : ` UNION ALL BY NAME SELECT ${key}, -1 AS "offset", ${names} FROM ${earlier} SEMI JOIN touched USING (${key})`;
  const after = stateSql(view, ({ sql }, column) => sql.merge(column, ' OVER up_to'));
  const none = stateSql(view, ({ sql }) => sql.empty);
  const steps: Readonly<Record<string, string>> = {
    counted: `SELECT *${bucket.column} FROM ${events} WHERE ${foldedSql(view)}${ofSource}`,
    // Only what a late event falls into is folded. Whether an observation is late is known only then.
    touched: `SELECT DISTINCT ${key} FROM counted${rule.kind === 'bucket' ? ` WHERE ${isLate}` : ''}`,
    // The state of each event by itself: offsets are unique within a partition.
    single: `SELECT ${event}, ${folds.join(', ')} FROM counted SEMI JOIN touched USING (${key}) GROUP BY ${event}`,
    states: `SELECT *, ${after} AS "after" FROM (SELECT * FROM single${before}) s WINDOW up_to AS (PARTITION BY ${key} ORDER BY "offset" ROWS UNBOUNDED PRECEDING)`,
    moved: `SELECT *, coalesce(lag("after") OVER (PARTITION BY ${key} ORDER BY "offset"), ${none}) AS "before" FROM states`,
  };
  return (
    `WITH ${Object.entries(steps)
      .map(([name, select]) => `${name} AS (${select})`)
      .join(', ')} ` +
    `SELECT ${EVENT.join(', ')}, '${view.topic}' AS topic, '${view.name}' AS "view", ${bucket.shown}, ${byMs} AS late_ms, ` +
    `CAST(to_json("before") AS VARCHAR) AS "before", CAST(to_json("after") AS VARCHAR) AS "after" FROM moved WHERE "offset" >= 0 AND ${isLate}`
  );
};
