/** Late events for the batch engine: a SELECT over a silver table of events and the states before them. The rules are in `late.ts`. */
import { identifier } from '../measures/index.ts';
import { type KeyedView } from './keyed-view.ts';
import { type LateRule } from './late.ts';
import { bucketSql, keyColumns } from './sql.ts';

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

/**
 * One row per event of `events` that is late by a rule: the event, by how much it is late, and the state of its key before and after it, as JSON.
 * @param earlier table of the view's states of all events before these; without it, there are none before.
 */
export const lateSelect = (rule: LateRule, events: string, earlier?: string): string => {
  const { view } = rule;
  const keys = keyColumns(view);
  const key = rule.kind === 'bucket' ? `, ${bucketSql(rule.bucketMs)} AS bucket_ms` : '';
  const types = view.events.map((type) => `'${type}'`).join(', ');
  const ofSource = rule.kind === 'observation' ? ` AND source = '${rule.source}'` : '';
  const { isLate, byMs } = lateSql(rule);
  const measures = Object.entries(view.measures).map(([name, measure]) => ({ name: identifier(name), measure }));
  const names = measures.map(({ name }) => name).join(', ');
  const before =
    earlier === undefined
      ? ''
      : ` UNION ALL BY NAME SELECT ${keys.join(', ')}, -1 AS "offset", ${names} FROM ${earlier} SEMI JOIN touched USING (${keys.join(', ')})`;
  return (
    `WITH counted AS (SELECT *${key} FROM ${events} WHERE type IN (${types})${ofSource}), ` +
    // Only what a late event falls into is folded.
    `touched AS (SELECT DISTINCT ${keys.join(', ')} FROM counted${rule.kind === 'bucket' ? ` WHERE ${isLate}` : ''}), ` +
    `single AS (SELECT ${[...EVENT, ...keys.slice(1), ...measures.map(({ name, measure }) => `${measure.sql.fold} AS ${name}`)].join(', ')} ` +
    `FROM counted SEMI JOIN touched USING (${keys.join(', ')}) GROUP BY ${[...EVENT, ...keys.slice(1)].join(', ')}), ` +
    `states AS (SELECT *, ${stateSql(view, (measure, column) => measure.sql.merge(column, ` OVER up_to`))} AS "after" FROM (SELECT * FROM single${before}) s ` +
    `WINDOW up_to AS (PARTITION BY ${keys.join(', ')} ORDER BY "offset" ROWS UNBOUNDED PRECEDING)), ` +
    `moved AS (SELECT *, coalesce(lag("after") OVER (PARTITION BY ${keys.join(', ')} ORDER BY "offset"), ${stateSql(view, (measure) => measure.sql.empty)}) AS "before" FROM states) ` +
    `SELECT ${EVENT.join(', ')}, '${view.topic}' AS topic, '${view.name}' AS "view", ` +
    `${rule.kind === 'bucket' ? 'bucket_ms' : 'CAST(NULL AS BIGINT) AS bucket_ms'}, CAST(${rule.kind === 'bucket' ? rule.bucketMs : 'NULL'} AS BIGINT) AS bucket_width_ms, ` +
    `${byMs} AS late_ms, CAST(to_json("before") AS VARCHAR) AS "before", CAST(to_json("after") AS VARCHAR) AS "after" ` +
    `FROM moved WHERE "offset" >= 0 AND ${isLate}`
  );
};
