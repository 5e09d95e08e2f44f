/** Tables of events in the batch engine, from rows at hand. */
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { Cell, EventRow, KeyedView } from '@rushes/views';

const PLACE = '"offset" BIGINT, epoch BIGINT, "partition" VARCHAR, appended_at_ms BIGINT, id VARCHAR';

const SILVER_TYPES: Readonly<Record<KeyedView['topic'], string>> = {
  'movie.metadata':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, source VARCHAR, tconst VARCHAR, title VARCHAR, genres VARCHAR, "year" BIGINT, runtime_minutes BIGINT, rating_tenths BIGINT, budget_cents BIGINT, revenue_cents BIGINT, keywords VARCHAR, tmdb_id BIGINT, sets_title BOOLEAN, sets_genres BOOLEAN, sets_year BOOLEAN, sets_runtime_minutes BOOLEAN, sets_rating BOOLEAN, sets_budget BOOLEAN, sets_revenue BOOLEAN, sets_keywords BOOLEAN, ' +
    PLACE,
  'movie.ratings':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, "user" VARCHAR, score_tenths BIGINT, source VARCHAR, average_e3 BIGINT, votes BIGINT, popularity_e3 BIGINT, ' +
    PLACE,
  'movie.reviews':
    'type VARCHAR, movie_id VARCHAR, at_ms BIGINT, "text" VARCHAR, author VARCHAR, score_tenths BIGINT, compound_e4 BIGINT, positive BOOLEAN, neutral BOOLEAN, negative BOOLEAN, ' +
    PLACE,
};

export const literal = (value: Cell): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

/** Materializes rows given as objects; `types`: `name TYPE, …`. */
export const defineRows = async (
  engine: BatchEngine,
  table: string,
  types: string,
  rows: readonly Readonly<Record<string, Cell>>[],
): Promise<void> => {
  const columns = types.split(', ').map((column) => {
    const [name = '', type = ''] = column.replaceAll('"', '').split(' ');
    return { name, type };
  });
  const select = (row: Readonly<Record<string, Cell>> | undefined): string =>
    `SELECT ${columns.map(({ name, type }) => `CAST(${literal(row?.[name] ?? null)} AS ${type}) AS "${name}"`).join(', ')}`;
  await engine.materialize(table, rows.length === 0 ? `${select(undefined)} WHERE false` : rows.map(select).join(' UNION ALL '));
};

export const defineEvents = (engine: BatchEngine, table: string, topic: KeyedView['topic'], rows: readonly EventRow[]): Promise<void> =>
  defineRows(engine, table, SILVER_TYPES[topic], rows);
