import { FIELD_COLUMNS, FIELD_SOURCES, type FieldSource, type MovieField } from '@rushes/domain';

import { count, latest, type Measure, type Observed } from '../measures/index.ts';
import { keyedView } from './keyed-view.ts';

type FieldMeasures = { readonly [Name in `${FieldSource}_${MovieField}`]: Measure<Observed<string> | null> };

/** What each source last said of each of a movie's fields. */
const fieldMeasures = Object.fromEntries(
  FIELD_SOURCES.flatMap((source) =>
    Object.entries(FIELD_COLUMNS).map(([field, { column, type }]) => [
      `${source}_${field}`,
      latest({ [column]: type }, 'offset', { source, [`sets_${field}`]: true }),
    ]),
  ),
) as FieldMeasures; // as: of every source and field

/** The record of a movie as events tell it: who said what last, field by field. */
export const movieRecords = keyedView({
  name: 'movie_records',
  events: ['movie_added', 'movie_changed', 'movie_linked'],
  measures: {
    /** The movie is known from events if this is not 0. */
    additions: count({ type: 'movie_added' }),
    added: latest({ tconst: 'VARCHAR' }, 'offset', { type: 'movie_added' }),
    tmdb_link: latest({ tmdb_id: 'BIGINT' }, 'offset', { type: 'movie_linked' }),
    ...fieldMeasures,
  },
});
