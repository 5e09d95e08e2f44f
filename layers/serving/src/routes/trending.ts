/** `GET /trending/movies`: the films that most is said of within a window of event time, and more than before. */
import { Type } from 'typebox';

import { adultParameter } from '../answers/adult.ts';
import { arrayText } from '../answers/documents.ts';
import { movieFields } from '../answers/entities.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { limitParameter } from '../answers/top-list.ts';
import { TREND_WINDOWS, trendBucket, trendSpan } from '../answers/trend-windows.ts';
import { trendingMovies } from '../answers/trending-movies.ts';
import { windowActivity } from '../answers/window-activity.ts';
import { FOLDED } from '../http/parameter.ts';
import type { AddDataRoute } from './route-definition.ts';
import { asOfParameter, faultsOfAsOf } from './trend-moment.ts';

const MAX_MOVIES = 100;
const OWN_FIELDS = ['rank', 'previous_rank', 'score', 'velocity', 'acceleration', 'activity'];

const instant = (ms: number): string => new Date(ms).toISOString();

export const addTrending = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/trending/movies',
    operation: 'listTrendingMovies',
    summary: 'Films that are rated and reviewed most, and more than before',
    description:
      'Ratings and reviews count by when they were given (`at`). A window ends with the five minutes (1h, 6h, 24h), the hour (7d) or the day (30d, 90d) that `as_of` lies in. Score: points of the window (a rating is 1, a review 3; older ones weigh less, half after a quarter of the window) × momentum (0 to 2; 1 where as much happened in the window before). Ties: more points, then the id. Films without any in the window are left out.',
    tag: 'Rankings',
    params: Type.Object({}),
    query: Type.Object({
      window: Type.Enum([...TREND_WINDOWS], { type: 'string', default: '24h', description: 'How far back.' }),
      genre: Type.Optional(
        Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only films of this genre; case does not matter.' }),
      ),
      adult: adultParameter,
      limit: limitParameter('films', MAX_MOVIES),
      as_of: asOfParameter('The moment that is asked about; now by default.'),
      fields: fieldsParameter([...Object.keys(movieFields), ...OWN_FIELDS]),
    }),
    check: ({ as_of, window }) => faultsOfAsOf(as_of, window),
    data: Type.Object({
      window: Type.String(),
      from: Type.String({ format: 'date-time' }),
      to: Type.String({ format: 'date-time', description: 'The window ends before this moment.' }),
      movies: Type.Array(Type.Ref('TrendingMovie#'), { description: 'The highest score first.' }),
    }),
    dependsOn: ({ query: { window, as_of } }) => ({
      // Without `as_of` the answer changes when the bucket of "now" does.
      activity: as_of === undefined ? trendBucket(window, now()) : 0,
    }),
    answer: async (snapshot, { query: { window, as_of, genre, adult, limit, fields } }) => {
      await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: genre === undefined ? [] : [genre] }] });
      const span = trendSpan(window, as_of === undefined ? now() : Date.parse(as_of));
      const movies = await trendingMovies(snapshot.views.titles, await windowActivity(snapshot, span), span, {
        genre,
        adult,
        limit,
        fields,
      });
      const [from, to] = [instant(span.endMs - span.lengthMs), instant(span.endMs)];
      return { data: `{"window":"${window}","from":"${from}","to":"${to}","movies":${arrayText(movies)}}` };
    },
  });
