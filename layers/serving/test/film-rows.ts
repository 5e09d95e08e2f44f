/** Rows of the views about films, from the rows of titles, reviews and activity: told apart and added up one by one. */
import type { ArtefactRow } from '@rushes/ports';
import { readShown, titles } from '@rushes/views';

const SHOWN = ['id', ...Object.keys(titles.layout.columns), ...titles.layout.documents].indexOf('shown');

type Entry = readonly [id: string, ...integers: number[]];

/** What happened by month, of films by genre and of each movie, from the days. */
export const monthsOf = (
  rows: readonly ArtefactRow[],
  activity: readonly ArtefactRow[],
): Readonly<Record<string, readonly ArtefactRow[]>> => {
  const byId = new Map(rows.map((row) => [row[0], row]));
  const genresOf = (id: string): readonly string[] => {
    const row = byId.get(id);
    const shown = row && readShown(String(row[SHOWN]));
    return shown?.type === 'movie' && !shown.is_adult ? ['', ...(shown.genres?.split('\u001f') ?? [])] : [];
  };
  const days = activity.filter(([key]) => String(key).endsWith('/day'));
  // as: the view's document
  const entries = days.flatMap(([key, , , movies]) =>
    (JSON.parse(String(movies)) as Entry[]).map(([id, ...integers]) => ({ id, month: String(key).slice(0, 7), integers })),
  );
  const summed = (some: typeof entries): readonly number[] =>
    [0, 1, 2, 3].map((at) => some.reduce((sum, one) => sum + (one.integers[at] ?? 0), 0));
  const cells = Map.groupBy(
    entries.flatMap((entry) => genresOf(entry.id).map((genre) => ({ ...entry, cell: `${entry.month}/${genre}` }))),
    ({ cell }) => cell,
  );
  const movies = Map.groupBy(entries, ({ id }) => id);
  return {
    film_months: [...cells].map(([cell, some]): ArtefactRow => [
      cell,
      cell.slice(8).toLowerCase(),
      cell.slice(0, 7),
      JSON.stringify(summed(some)),
    ]),
    movie_months: [...movies].map(([id, some]): ArtefactRow => {
      const byMonth = [...Map.groupBy(some, ({ month }) => month)].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return [id, JSON.stringify(byMonth.map(([month, those]) => [month, ...summed(those)]))];
    }),
  };
};

/** Films by genre and year, told apart and added up one by one. */
export const filmSumsOf = (rows: readonly ArtefactRow[], sentiment: readonly ArtefactRow[]): readonly ArtefactRow[] => {
  const reviewsOf = new Map(sentiment.map(([id, , state]) => [id, String(state)]));
  const films = rows
    .map((row) => {
      // as: the state's counts
      const reviews = JSON.parse(reviewsOf.get(row[0]) ?? '{}') as Readonly<Record<string, number>>;
      return { ...readShown(String(row[SHOWN])), reviews };
    })
    .filter(({ type, is_adult }) => type === 'movie' && !is_adult)
    .map((film) => ({ ...film, names: ['', ...(film.genres?.split('\u001f') ?? [])] }));
  const cells = [...new Set(films.flatMap(({ names, year }) => names.map((name) => `${year ?? ''}/${name}`)))];
  return cells.map((cell): ArtefactRow => {
    const [year = '', genre = ''] = cell.split('/');
    const counted = films.filter((film) => String(film.year ?? '') === year && film.names.includes(genre));
    const sum = (of: (film: (typeof films)[number]) => number): number => counted.reduce((all, film) => all + of(film), 0);
    const sums = [
      counted.length,
      counted.filter(({ votes }) => (votes ?? 0) > 0).length,
      sum(({ votes }) => votes ?? 0),
      sum(({ votes, rating }) => (votes ?? 0) * (rating ?? 0)),
      counted.filter(({ runtime }) => (runtime ?? 0) > 0).length,
      sum(({ runtime }) => runtime ?? 0),
      counted.filter(({ told }) => told.budget_cents !== null).length,
      sum(({ told }) => told.budget_cents ?? 0),
      counted.filter(({ told }) => told.revenue_cents !== null).length,
      sum(({ told }) => told.revenue_cents ?? 0),
      ...[(e3: number) => e3 >= 50_000, (e3: number) => e3 >= 10_000 && e3 < 50_000, (e3: number) => e3 < 10_000].map(
        (is) => counted.filter(({ told }) => told.popularity_e3 !== null && is(told.popularity_e3)).length,
      ),
      ...['count', 'compound_e4', 'positive', 'neutral', 'negative'].map((name) => sum(({ reviews }) => reviews[name] ?? 0)),
    ];
    return [cell, genre.toLowerCase(), year === '' ? null : Number(year), JSON.stringify(sums)];
  });
};
