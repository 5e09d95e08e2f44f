/** The executor of keyed views for the batch engine: SELECTs over a silver table of events and over tables of states. */
import { conditionsSql, identifier } from '../measures/index.ts';
import type { KeyedView } from './keyed-view.ts';

export const bucketSql = (widthMs: number): string => `at_ms - ((at_ms % ${widthMs}) + ${widthMs}) % ${widthMs}`;

/** The columns that identify a state: `movie_id`, and `bucket_ms` where the view has buckets. */
export const keyColumns = (view: Pick<KeyedView, 'bucketMs'>): readonly string[] =>
  view.bucketMs === undefined ? ['movie_id'] : ['movie_id', 'bucket_ms'];

/** What is true of the rows of a silver table that the view folds. */
export const foldedSql = (view: Pick<KeyedView, 'events' | 'where'>): string =>
  [`type IN (${view.events.map((type) => `'${type}'`).join(', ')})`, ...conditionsSql(view.where)].join(' AND ');

/** States of the events in `table`: key columns, then a column for each measure. */
export const foldSelect = (view: KeyedView, table: string): string => {
  const keys = ['movie_id', ...(view.bucketMs === undefined ? [] : [`${bucketSql(view.bucketMs)} AS bucket_ms`])];
  const measures = Object.entries(view.measures).map(([name, measure]) => `${measure.sql.fold} AS ${identifier(name)}`);
  return `SELECT ${[...keys, ...measures].join(', ')} FROM ${table} WHERE ${foldedSql(view)} GROUP BY ${keys.map((_, at) => at + 1).join(', ')}`;
};

/** The states of two tables merged, key by key. */
export const mergeSelect = (view: KeyedView, earlier: string, later: string): string => {
  const keys = keyColumns(view);
  const names = [...keys, ...Object.keys(view.measures).map(identifier)].join(', ');
  const measures = Object.entries(view.measures).map(([name, { sql }]) => `${sql.merge(identifier(name))} AS ${identifier(name)}`);
  return (
    `SELECT ${[...keys, ...measures].join(', ')} FROM (SELECT ${names} FROM ${earlier} UNION ALL SELECT ${names} FROM ${later}) s ` +
    `GROUP BY ${keys.join(', ')}`
  );
};
