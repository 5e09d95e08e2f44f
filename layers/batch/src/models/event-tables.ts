/**
 * Silver of the log: one typed row per event that counts, by topic, and a row in quarantine for each that could not be typed. Columns are those of the
 * judgment's rows (`SilverRow` of the domain) and the record's place.
 */
import { FIELD_COLUMNS, type FieldCells, type MetadataRow, type RatingRow, type ReviewRow, type Topic } from '@rushes/domain';
import type { Column } from '@rushes/ports/batch-engine';

type ColumnType = 'VARCHAR' | 'BIGINT' | 'BOOLEAN';
type ColumnsOf<Row> = Readonly<Record<keyof Row, ColumnType>>;

/** Values of fields, then whether the event sets them. */
const fields = Object.fromEntries([
  ...Object.values(FIELD_COLUMNS).map(({ column, type }) => [column, type]),
  ...Object.keys(FIELD_COLUMNS).map((field) => [`sets_${field}`, 'BOOLEAN']),
]) as ColumnsOf<FieldCells>; // as: of every field

const metadata: ColumnsOf<MetadataRow> = {
  type: 'VARCHAR',
  movie_id: 'VARCHAR',
  at_ms: 'BIGINT',
  source: 'VARCHAR',
  tconst: 'VARCHAR',
  tmdb_id: 'BIGINT',
  ...fields,
};

const ratings: ColumnsOf<RatingRow> = {
  type: 'VARCHAR',
  movie_id: 'VARCHAR',
  at_ms: 'BIGINT',
  user: 'VARCHAR',
  score_tenths: 'BIGINT',
  source: 'VARCHAR',
  average_e3: 'BIGINT',
  votes: 'BIGINT',
  popularity_e3: 'BIGINT',
};

const reviews: ColumnsOf<ReviewRow> = {
  type: 'VARCHAR',
  movie_id: 'VARCHAR',
  at_ms: 'BIGINT',
  text: 'VARCHAR',
  author: 'VARCHAR',
  score_tenths: 'BIGINT',
  compound_e4: 'BIGINT',
  positive: 'BOOLEAN',
  neutral: 'BOOLEAN',
  negative: 'BOOLEAN',
};

const columnsOf = (types: Readonly<Record<string, ColumnType>>): readonly Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

const PLACE = columnsOf({ partition: 'VARCHAR', offset: 'BIGINT', epoch: 'BIGINT', appended_at_ms: 'BIGINT', id: 'VARCHAR' });

export interface EventTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The order of rows within a file: total, so that equal rows give equal bytes. */
  readonly orderBy: readonly string[];
  readonly meaning: string;
}

const BY_PLACE = ['partition', 'offset'];

/** The table of each topic's typed events, ordered by partition and offset within a file. */
export const EVENT_TABLES: Readonly<Record<Topic, EventTable>> = {
  'movie.metadata': {
    name: 'silver.metadata_events',
    columns: [...columnsOf(metadata), ...PLACE],
    orderBy: BY_PLACE,
    meaning: 'Movies that were added or changed, as events say it: one row per event, without duplicates.',
  },
  'movie.ratings': {
    name: 'silver.rating_events',
    columns: [...columnsOf(ratings), ...PLACE],
    orderBy: BY_PLACE,
    meaning: 'Ratings that were given, and those of sources as they were observed: one row per event, without duplicates.',
  },
  'movie.reviews': {
    name: 'silver.review_events',
    columns: [...columnsOf(reviews), ...PLACE],
    orderBy: BY_PLACE,
    meaning: 'Reviews that were written, with their sentiment: one row per event, without duplicates.',
  },
};

export const EVENT_QUARANTINE: EventTable = {
  name: 'silver.event_quarantine',
  columns: columnsOf({ partition: 'VARCHAR', offset: 'BIGINT', id: 'VARCHAR', reason: 'VARCHAR', raw: 'VARCHAR' }),
  orderBy: BY_PLACE,
  meaning: 'Events that could not be typed, with their place in the log, the reason and the text as it was appended.',
};

/**
 * The ledger of late events; what makes an event late is in `late.ts` of the views. Its name is no layer's: code of before there was one expects that tables of
 * silver do not shrink, and may still run beside this.
 */
export const LATE_EVENTS: EventTable = {
  name: 'ledger.late_events',
  columns: columnsOf({
    partition: 'VARCHAR',
    offset: 'BIGINT',
    id: 'VARCHAR',
    topic: 'VARCHAR',
    type: 'VARCHAR',
    movie_id: 'VARCHAR',
    at_ms: 'BIGINT',
    appended_at_ms: 'BIGINT',
    view: 'VARCHAR',
    bucket_ms: 'BIGINT',
    bucket_width_ms: 'BIGINT',
    late_ms: 'BIGINT',
    before: 'VARCHAR',
    after: 'VARCHAR',
  }),
  orderBy: [...BY_PLACE, 'view'],
  meaning:
    'Events that came late: those whose bucket of event time had ended when they were appended, and observations that came behind a newer one. One row per event and view, with the state that the event found there and the one that it left, as JSON.',
};
