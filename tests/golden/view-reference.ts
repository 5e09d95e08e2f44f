/** What the served views must hold: columns as values, documents parsed. */
import { foldedColumns, foldedText } from './folded-text.ts';
import type { Entities } from './gold-reference.ts';
import { byText, groupBy, type Row, textOf } from './rows.ts';
import { searchView } from './search-reference.ts';
import type { Silver } from './silver-reference.ts';

const SET_SEPARATOR = '\u001f';

const asSet = (texts: readonly string[] | null): string | null => texts?.join(SET_SEPARATOR) ?? null;

const titlesView = ({ titles, imdb_titles }: Entities): readonly Row[] => {
  const analytics = new Map(imdb_titles.map(({ title_id, ...row }) => [title_id, row]));
  return titles.map((title) => ({
    id: title.title_id,
    tconst: title.tconst,
    ...foldedColumns({
      type: title.title_type,
      is_adult: title.is_adult,
      primary: title.primary_title,
      original: title.original_title,
      genres: asSet(title.genres),
      directors: asSet(title.directors),
      writers: asSet(title.writers),
    }),
    year: title.start_year,
    end_year: title.end_year,
    rating: title.rating_tenths === null ? null : title.rating_tenths * 100,
    votes: title.votes,
    runtime: title.runtime_minutes,
    weight: title.weight === null ? null : title.weight * 100,
    director_count: title.director_count,
    writer_count: title.writer_count,
    genre_count: Math.min(title.genres?.length ?? 0, 3),
    movie: {
      id: title.title_id,
      tconst: title.tconst,
      tmdb_id: null,
      title: title.primary_title,
      original_title: title.original_title,
      type: title.title_type,
      year: title.start_year,
      runtime_minutes: title.runtime_minutes,
      genres: title.genres ?? [],
      rating: title.rating_tenths === null ? null : title.rating_tenths / 10,
      votes: title.votes,
      imdb_link: `https://www.imdb.com/title/${title.tconst}/`,
      is_adult: title.is_adult,
      // No file of IMDb's has these.
      budget: null,
      revenue: null,
      popularity: null,
      keywords: [],
    },
    title: analytics.get(title.title_id) ?? null,
    rating_sources: null,
    live: null,
  }));
};

const creditsView = ({ credits, crew_credits }: Entities): readonly Row[] => {
  const cast = groupBy(credits, ({ tconst }) => tconst);
  const crew = groupBy(crew_credits, ({ tconst }) => tconst);
  return [...new Set([...cast.keys(), ...crew.keys()])].map((tconst) => {
    const all = cast.get(tconst) ?? [];
    const mentions = (role: string): readonly Row[] =>
      (crew.get(tconst) ?? []).filter((one) => one.role === role).map(({ nconst, name }) => ({ nconst, name }));
    return {
      tconst,
      directors: mentions('director'),
      writers: mentions('writer'),
      cast: all
        .filter(({ category }) => category === 'actor' || category === 'actress')
        .map(({ nconst, name, category, characters }) => ({ nconst, name, category, characters: characters ?? [] })),
      credits: all.map(({ ordering, nconst, name, category, job, characters }) => ({
        ordering,
        nconst,
        name,
        category,
        job,
        characters: characters ?? [],
      })),
    };
  });
};

const titleNamesView = ({ title_names }: Entities): readonly Row[] =>
  [...groupBy(title_names, ({ tconst }) => tconst)].map(([tconst, names]) => ({
    tconst,
    titles: names.map(({ title, region, language, types, is_original }) => ({ title, region, language, types: types ?? [], is_original })),
  }));

const peopleView = ({ people, person_movies }: Entities): readonly Row[] => {
  const movies = groupBy(person_movies, ({ nconst }) => nconst);
  return people.map(({ nconst, name, birth_year, death_year, professions, known_for, films }) => ({
    nconst,
    films,
    person: { nconst, name, birth_year, death_year, professions: professions ?? [], known_for: known_for ?? [], films: films ?? 0 },
    movies: (movies.get(nconst) ?? []).map(({ title_id }) => title_id).toSorted(byText),
  }));
};

/** Every genre that any of the served titles has. */
export const genresView = (titles: readonly Row[]): readonly Row[] => {
  // as: the reference's own documents
  const movies = titles.map(
    ({ movie }) => movie as { readonly genres: readonly string[]; readonly type: string; readonly is_adult: boolean },
  );
  const mentions = movies.flatMap(({ genres, type, is_adult }) => genres.map((genre) => ({ genre, type, is_adult })));
  return [...groupBy(mentions, ({ genre }) => genre)].map(([genre, all]) => {
    const adult = all.filter(({ is_adult }) => is_adult);
    const others = all.filter(({ is_adult }) => !is_adult);
    const films = (some: typeof all) => some.filter(({ type }) => type === 'movie').length;
    return { genre, movies: films(others), titles: others.length, adult_movies: films(adult), adult_titles: adult.length };
  });
};

/** Over the served titles that have votes, and the rows of title.ratings whose title IMDb does not know; and when these ratings were so. */
export const statisticsView = (titles: readonly Row[], silver: Pick<Silver, 'titles' | 'ratings' | 'dumpTimes'>): readonly Row[] => {
  const known = new Set(silver.titles.map(({ tconst }) => tconst));
  const counted = [
    ...titles.flatMap(({ votes }) => (typeof votes === 'number' && votes > 0 ? [votes] : [])),
    ...silver.ratings.filter(({ tconst }) => !known.has(tconst)).map(({ votes }) => votes),
  ];
  const figures = { rated_titles: counted.length, total_votes: counted.reduce((sum, votes) => sum + votes, 0) };
  const times = silver.dumpTimes.map(({ observed_ms }) => ['ratings_observed_ms', observed_ms ?? null] as const);
  return [...Object.entries(figures), ...times].map(([name, value]) => ({ name, value, statistic: { name, value } }));
};

/** Films by genre and year, added up one by one. @param sentiment rows of that view. */
export const filmSumsView = (titles: readonly Row[], sentiment: readonly Row[]): readonly Row[] => {
  const reviews = new Map(sentiment.map(({ movie_id, reviews: state }) => [movie_id, state as Readonly<Record<string, number>>])); // as: the view's state
  const mentions = titles.flatMap(({ id, movie, rating, votes, runtime, year }) => {
    // as: the reference's own documents
    const { type, is_adult, genres, budget, revenue, popularity } = movie as Readonly<
      Record<'budget' | 'revenue' | 'popularity', number | null>
    > & {
      readonly type: string;
      readonly is_adult: boolean;
      readonly genres: readonly string[];
    };
    if (type !== 'movie' || is_adult) return [];
    const { count = 0, compound_e4 = 0, positive = 0, neutral = 0, negative = 0 } = reviews.get(id ?? null) ?? {};
    const [own, points, minutes] = [Number(votes ?? 0), Number(rating ?? 0), Number(runtime ?? 0)];
    const amounts = [budget, revenue].flatMap((dollars) => [dollars === null ? 0 : 1, Math.round(100 * (dollars ?? 0))]);
    const tier = popularity === null ? -1 : popularity >= 50 ? 0 : popularity >= 10 ? 1 : 2;
    const tiers = [0, 1, 2].map((one) => (one === tier ? 1 : 0));
    const told = [count, compound_e4, positive, neutral, negative];
    const sums = [1, own > 0 ? 1 : 0, own, own * points, minutes > 0 ? 1 : 0, minutes, ...amounts, ...tiers, ...told];
    return ['', ...genres].map((genre) => ({ cell: `${typeof year === 'number' ? year : ''}/${genre}`, genre, year: year ?? null, sums }));
  });
  return [...groupBy(mentions, ({ cell }) => cell)].map(([cell, all]) => ({
    cell,
    genre_key: foldedText(all[0]?.genre ?? ''),
    year: all[0]?.year ?? null,
    sums: (all[0]?.sums ?? []).map((_, at) => all.reduce((sum, { sums }) => sum + (sums[at] ?? 0), 0)),
  }));
};

type Days = readonly (readonly [movie: string, ...integers: number[]])[];

const summed = (some: readonly (readonly number[])[]): readonly number[] =>
  [0, 1, 2, 3].map((at) => some.reduce((sum, one) => sum + (one[at] ?? 0), 0));

/** What happened by month, of films by genre and of each movie. @param activity rows of that view. */
export const monthsViews = (titles: readonly Row[], activity: readonly Row[]) => {
  const genresOf = (id: string): readonly string[] => {
    const found = titles.find((row) => row['id'] === id);
    if (found === undefined) return [];
    const { type, is_adult, genres } = found['movie'] as {
      readonly type: string;
      readonly is_adult: boolean;
      readonly genres: readonly string[];
    }; // as: see above
    return type === 'movie' && !is_adult ? ['', ...genres] : [];
  };
  const entries = activity
    .filter(({ bucket }) => textOf(bucket).endsWith('/day'))
    // as: the reference's own rows
    .flatMap(({ bucket, movies }) =>
      (movies as unknown as Days).map(([id, ...integers]) => ({ id, month: textOf(bucket).slice(0, 7), integers })),
    );
  const mentions = entries.flatMap((entry) => genresOf(entry.id).map((genre) => ({ ...entry, genre, cell: `${entry.month}/${genre}` })));
  return {
    film_months: [...groupBy(mentions, ({ cell }) => cell)].map(([cell, all]): Row => ({
      cell,
      genre_key: foldedText(all[0]?.genre ?? ''),
      month: all[0]?.month ?? null,
      activity: summed(all.map(({ integers }) => integers)),
    })),
    movie_months: [...groupBy(entries, ({ id }) => id)].map(([movie_id, all]): Row => ({
      movie_id,
      months: [...groupBy(all, ({ month }) => month)]
        .toSorted(([a], [b]) => byText(a, b))
        .map(([month, some]) => [month, ...summed(some.map(({ integers }) => integers))]),
    })),
  };
};

/** The rows of every served view, by the view's name, where there is no log. */
export const viewsOf = (silver: Silver, entities: Entities) => {
  const titles = titlesView(entities);
  return {
    titles,
    credits: creditsView(entities),
    title_names: titleNamesView(entities),
    people: peopleView(entities),
    search: searchView(titles, entities.search_names),
    genres: genresView(titles),
    statistics: statisticsView(titles, silver),
    sentiment: [],
    unknown_titles: [],
    tmdb_links: [],
    activity: [],
    film_sums: filmSumsView(titles, []),
    film_months: [],
    movie_months: [],
    popularity: [],
  };
};
