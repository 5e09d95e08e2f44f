/** What a world answers to a fixed set of questions, without `meta`: byte for byte what must not depend on cuts, versions, restarts. */
import { TMDB_IDS } from './made-up-history.ts';
import type { World } from './world.ts';

const SORTS = ['title', 'year', 'rating', 'votes', 'runtime'];
const ANALYSED = 'as_of=2024-05-12T18:20:00Z';
const QUESTIONS: readonly string[] = [
  ...SORTS.flatMap((sort) => [true, false].map((desc) => `/movies?type=all&sort=${sort}&desc=${desc}&page_size=1000&count=true`)),
  '/movies?genre=Drama&rating_gte=3&sort=rating&page_size=1000&count=true',
  '/movies?votes_gte=1&year_from=1960&page_size=1000&count=true',
  '/titles?sort=averageRating&page_size=1000&count=true',
  '/titles?title_type=movie&numVotes_from=100&page_size=1000',
  '/search/movies?q=the&type=all&adult=include&page_size=1000&count=true&facets=true',
  '/search/movies?q=t&typos=false&page_size=1000',
  '/genres',
  '/genres?adult=include',
  '/movies?adult=only&type=all&page_size=1000&count=true',
  '/titles?adult=include&genres_any=Drama,Odd&page_size=1000&count=true',
  '/top_movies?min_votes=0&limit=250',
  '/top_movies/credits?min_votes=0&limit=50',
  '/top_movies_by_genre?min_votes=0&per_genre=100',
  ...['1h', '6h', '24h', '7d', '30d', '90d'].map((window) => `/trending/movies?window=${window}&as_of=2024-05-12T18:20:00Z&limit=100`),
  '/analytics/yearly',
  '/analytics/yearly?genre=drama',
  ...['Drama', 'odd', 'Comedy'].flatMap((genre) =>
    ['', '?year=1999&limit=100', '?year=2024&month=5'].map((query) => `/analytics/genre/${genre}${query}`),
  ),
  '/trending/movies?window=7d&as_of=2024-05-21T00:00:00Z&limit=3',
  '/trending/movies?window=30d&as_of=2024-05-31T00:00:00Z&genre=odd&adult=include',
  ...['rating', 'sentiment', 'votes', 'reviews', 'popularity'].map(
    (metric) => `/analytics/trends?genre=Drama&metric=${metric}&${ANALYSED}`,
  ),
  ...['7d', '90d'].map((window) => `/analytics/anomalies?window=${window}&${ANALYSED}&adult=include&limit=100`),
];

/** The body's text around `meta`; of a problem, all but the request's own id. */
const withoutMeta = (body: string): string => {
  const begin = body.lastIndexOf(',"meta":{"batch"');
  if (begin < 0) return body.replace(/"request_id":"[^"]*",?/, '');
  const end = body.indexOf('}', body.indexOf('"last_updated"', begin));
  return body.slice(0, begin) + body.slice(end + 1);
};

const dataOf = async (world: World, path: string): Promise<string> => {
  const { status, body } = await world.get(path);
  return status === 404 ? '404' : `${status} ${withoutMeta(body)}`;
};

/** The pages of a list in turn, as long as it goes on. */
const walk = async (world: World, path: string): Promise<readonly string[]> => {
  const pages: string[] = [];
  for (let next: string | null | undefined = path; typeof next === 'string';) {
    const { body } = await world.get(next);
    pages.push(withoutMeta(body));
    next = (JSON.parse(body) as { readonly next?: string | null }).next; // as: the envelope
  }
  return pages;
};

export const answersOf = async (world: World, movieIds: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  const answers: Record<string, unknown> = {};
  const ids = [...movieIds, ...TMDB_IDS.map((id) => `tmdb:${id}`)];
  const similar = ids.map((id) => `/movies/${id}/similar?as_of=2024-05-21T00:00:00Z&limit=50`);
  for (const path of [...QUESTIONS, ...ids.map((id) => `/movies/${id}`), ...similar]) answers[path] = await dataOf(world, path);
  for (const id of movieIds) {
    for (const path of [
      `/analytics/trends?movie_id=${id}&metric=rating&window=7d&${ANALYSED}`,
      `/analytics/trends?movie_id=${id}&metric=popularity&${ANALYSED}`,
      `/movies/${id}/popularity?bucket=hour&${ANALYSED}`,
      `/movies/${id}/sentiment?${ANALYSED}`,
    ])
      answers[path] = await dataOf(world, path);
  }
  const list = '/movies?type=all&sort=rating&page_size=7';
  answers[`pages of ${list}`] = await walk(world, list);
  return answers;
};
