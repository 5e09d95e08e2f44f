import { FIELD_SOURCES, type FieldSource } from '@rushes/domain';

import { count, latest, type Measure, type Observed } from '../measures/index.ts';
import { keyedView } from './keyed-view.ts';

/** What a source last said of each of a movie's fields. */
const fieldsOf = (source: FieldSource) => ({
  [`${source}_title`]: latest({ title: 'VARCHAR' }, 'offset', { source, sets_title: true }),
  [`${source}_genres`]: latest({ genres: 'VARCHAR' }, 'offset', { source, sets_genres: true }),
  [`${source}_year`]: latest({ year: 'BIGINT' }, 'offset', { source, sets_year: true }),
  [`${source}_runtime_minutes`]: latest({ runtime_minutes: 'BIGINT' }, 'offset', { source, sets_runtime_minutes: true }),
  [`${source}_rating`]: latest({ rating_tenths: 'BIGINT' }, 'offset', { source, sets_rating: true }),
});

export type MovieField = 'title' | 'genres' | 'year' | 'runtime_minutes' | 'rating';

type FieldMeasures = { readonly [Name in `${FieldSource}_${MovieField}`]: Measure<Observed<string> | null> };

/** The record of a movie as events tell it: who said what last, field by field. */
export const movieRecords = keyedView({
  name: 'movie_records',
  events: ['movie_added', 'movie_changed', 'movie_linked'],
  measures: {
    /** The movie is known from events if this is not 0. */
    additions: count({ type: 'movie_added' }),
    added: latest({ tconst: 'VARCHAR' }, 'offset', { type: 'movie_added' }),
    tmdb_link: latest({ tmdb_id: 'BIGINT' }, 'offset', { type: 'movie_linked' }),
    ...(Object.assign({}, ...FIELD_SOURCES.map(fieldsOf)) as FieldMeasures), // as: `fieldsOf` for every source
  },
});
