/** What gold must hold of figures and rankings, from the tables of titles and people. */
import type { Entities } from './gold-reference.ts';
import { byText, groupBy } from './rows.ts';
import type { Silver } from './silver-reference.ts';

const MIN_VOTES = 500;
const TOP_MOVIES = 10;
const BEST_PER_GENRE = 10;
const TOP_ACTORS = 1000;

const withRank = <T>(rows: readonly T[]): readonly (T & { readonly rank: number })[] => rows.map((row, at) => ({ ...row, rank: at + 1 }));

const moviesOf = ({ titles }: Entities) =>
  titles
    .filter(({ title_type }) => title_type === 'movie')
    .map((title) => ({
      title_id: title.title_id,
      tconst: title.tconst,
      title: title.primary_title,
      original_title: title.original_title,
      year: title.start_year,
      runtime_minutes: title.runtime_minutes,
      genres: title.genres,
      rating_tenths: title.rating_tenths,
      votes: title.votes,
      weight: title.weight,
      is_adult: title.is_adult,
      imdb_link: `https://www.imdb.com/title/${title.tconst}/`,
    }));

type Movie = ReturnType<typeof moviesOf>[number];
type RatedMovie = Movie & { readonly rating_tenths: number; readonly votes: number };

const isPopular = (movie: Movie): movie is RatedMovie =>
  movie.rating_tenths !== null && (movie.votes ?? 0) >= MIN_VOTES && movie.is_adult !== true;

/** (votes / average votes of all rated titles) × rating, in thousandths, rounded half up. */
const scoreThousandths = (movie: RatedMovie, ratedTitles: number, totalVotes: bigint): number => {
  const numerator = BigInt(movie.votes) * BigInt(movie.rating_tenths) * BigInt(ratedTitles) * 100n;
  return Number((2n * numerator + totalVotes) / (2n * totalVotes));
};

const topMovies = (movies: readonly Movie[], silver: Silver) => {
  const totalVotes = silver.ratings.reduce((sum, { votes }) => sum + BigInt(votes), 0n);
  return withRank(
    movies
      .filter(isPopular)
      .toSorted((a, b) => b.votes * b.rating_tenths - a.votes * a.rating_tenths || byText(a.title_id, b.title_id))
      .map((movie) => ({
        title_id: movie.title_id,
        tconst: movie.tconst,
        title: movie.title,
        year: movie.year,
        genres: movie.genres,
        rating_tenths: movie.rating_tenths,
        votes: movie.votes,
        score_thousandths: scoreThousandths(movie, silver.ratings.length, totalVotes),
      })),
  );
};

const bestByGenre = (movies: readonly Movie[]) =>
  [
    ...groupBy(
      movies.filter(isPopular).flatMap((movie) => [...new Set(movie.genres)].map((genre) => ({ genre, movie }))),
      ({ genre }) => genre,
    ),
  ]
    .toSorted(([a], [b]) => byText(a, b))
    .flatMap(([genre, members]) =>
      withRank(
        members
          .map(({ movie }) => movie)
          .toSorted((a, b) => b.rating_tenths - a.rating_tenths || b.votes - a.votes || byText(a.title_id, b.title_id))
          .slice(0, BEST_PER_GENRE)
          .map(({ title_id, tconst, title, year, rating_tenths, votes }) => ({
            genre,
            title_id,
            tconst,
            title,
            year,
            rating_tenths,
            votes,
          })),
      ),
    );

const topMovieCredits = (top: ReturnType<typeof topMovies>, { credits }: Entities) => {
  const looked = new Set(top.slice(0, TOP_MOVIES).map(({ tconst }) => tconst));
  const people = groupBy(
    credits.filter(({ tconst }) => looked.has(tconst)),
    ({ nconst }) => nconst,
  );
  return withRank(
    [...people]
      .map(([nconst, mentions]) => ({
        nconst,
        name: mentions[0]?.name ?? null,
        credits: new Set(mentions.map(({ tconst }) => tconst)).size,
        categories: [...new Set(mentions.map(({ category }) => category))].toSorted(byText),
      }))
      .toSorted((a, b) => b.credits - a.credits || byText(a.nconst, b.nconst)),
  );
};

const topMovieTitles = (top: ReturnType<typeof topMovies>, { title_names }: Entities) => {
  const names = groupBy(title_names, ({ tconst }) => tconst);
  return top.slice(0, TOP_MOVIES).flatMap(({ rank, tconst }) =>
    (names.get(tconst) ?? []).map(({ title_id, place, title, region, language, types, is_original }) => ({
      rank,
      title_id,
      tconst,
      place,
      title,
      region,
      language,
      types,
      is_original,
    })),
  );
};

const topActors = ({ people }: Entities) =>
  withRank(
    people
      .flatMap(({ nconst, name, films }) => (films === null ? [] : [{ nconst, name, films }]))
      .toSorted((a, b) => b.films - a.films || byText(a.nconst, b.nconst))
      .slice(0, TOP_ACTORS),
  );

const genresOf = ({ titles }: Entities) => {
  const movies = new Map<string, number>();
  for (const { genres, title_type, is_adult } of titles) {
    const counts = title_type === 'movie' && is_adult !== true ? 1 : 0;
    for (const genre of new Set(genres)) movies.set(genre, (movies.get(genre) ?? 0) + counts);
  }
  return [...movies].map(([genre, count]) => ({ genre, movies: count }));
};

const statisticsOf = (silver: Silver) => [
  { name: 'rated_titles', value: silver.ratings.length },
  { name: 'total_votes', value: silver.ratings.reduce((sum, { votes }) => sum + votes, 0) },
];

export const rankingsOf = (silver: Silver, entities: Entities) => {
  const movies = moviesOf(entities);
  const top = topMovies(movies, silver);
  return {
    movies,
    top_movies: top,
    best_by_genre: bestByGenre(movies),
    top_movie_credits: topMovieCredits(top, entities),
    top_movie_titles: topMovieTitles(top, entities),
    top_actors: topActors(entities),
    genres: genresOf(entities),
    statistics: statisticsOf(silver),
  };
};
