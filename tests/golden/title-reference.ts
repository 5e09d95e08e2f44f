/** What is known of titles. */
import type { crewNames } from './credit-reference.ts';
import { groupBy } from './rows.ts';
import type { Silver } from './silver-reference.ts';

const SHOWN_GENRES = 3;
const SHOWN_CHARACTERS = 200;

export const titles = (silver: Silver, shown: ReturnType<typeof crewNames>) => {
  const ratings = new Map(silver.ratings.map((rating) => [rating.tconst, rating]));
  const crew = new Map(silver.crew.map((row) => [row.tconst, row]));
  const names = new Map(shown.map((row) => [row.title_id, row]));
  return silver.titles.map((title) => {
    const rating = ratings.get(title.tconst);
    return {
      ...title,
      rating_tenths: rating?.rating_tenths ?? null,
      votes: rating?.votes ?? null,
      weight: rating === undefined ? null : rating.votes * rating.rating_tenths,
      directors: names.get(title.title_id)?.directors ?? null,
      writers: names.get(title.title_id)?.writers ?? null,
      director_count: crew.get(title.tconst)?.directors?.length ?? 0,
      writer_count: crew.get(title.tconst)?.writers?.length ?? 0,
    };
  });
};

/** The first characters (code points) of a text. */
const cut = (text: string | null): string | null => (text === null ? null : Array.from(text).slice(0, SHOWN_CHARACTERS).join(''));
const joined = (texts: readonly string[] | null): string | null => (texts === null || texts.length === 0 ? null : texts.join(','));

export const imdbTitles = (rows: ReturnType<typeof titles>) =>
  rows.map((title) => {
    const genres = (title.genres ?? []).slice(0, SHOWN_GENRES);
    return {
      title_key: title.tconst,
      primary_title: cut(title.primary_title),
      original_title: cut(title.original_title),
      title_type: title.title_type,
      directors: joined(title.directors),
      writers: joined(title.writers),
      genres: joined(genres),
      hasDirectors: title.director_count > 0,
      hasWriters: title.writer_count > 0,
      hasEnded: title.end_year !== null,
      numOfGenres: genres.length,
      releaseYear: title.start_year,
      endYear: title.end_year,
      averageRating: title.rating_tenths === null ? null : title.rating_tenths / 10,
      numVotes: title.votes,
      runtimeMinutes: title.runtime_minutes,
      numDirectors: title.director_count,
      numWriters: title.writer_count,
      title_id: title.title_id,
      tconst: title.tconst,
      genre_list: title.genres ?? [],
      director_list: title.directors ?? [],
      writer_list: title.writers ?? [],
      is_adult: title.is_adult,
    };
  });

/** Primary title, the original one, then the regional ones in IMDb's order. */
export const titleNames = (silver: Silver) => {
  const akas = groupBy(silver.akas, ({ tconst }) => tconst);
  return silver.titles.flatMap((title) => {
    const own = { region: null, language: null, attributes: null };
    const regional = (akas.get(title.tconst) ?? [])
      .filter((aka) => !(aka.is_original === true && aka.title === title.original_title))
      .toSorted((a, b) => a.ordering - b.ordering);
    const names = [
      ...(title.primary_title === null ? [] : [{ ...own, place: 0, title: title.primary_title, types: ['primary'], is_original: false }]),
      ...(title.original_title === null ? [] : [{ ...own, place: 1, title: title.original_title, types: ['original'], is_original: true }]),
      ...regional.map((aka) => ({
        place: 1 + aka.ordering,
        title: aka.title,
        region: aka.region,
        language: aka.language,
        types: aka.types,
        attributes: aka.attributes,
        is_original: aka.is_original ?? false,
      })),
    ];
    return names.map((name) => ({ title_id: title.title_id, tconst: title.tconst, ...name }));
  });
};
