/** Tables of TMDB's films and of their reviews: as they were when the file was made. */
import { hash } from 'node:crypto';

import { MAX_TMDB_ID, titleIdOf, titleIdOfTmdb, type Tconst, type TitleId } from '@rushes/domain';

import { type FilmFacts, readFilm, scoreOf, UnfitAnswerError } from '../../films/film-facts.ts';
import { addition, link, observed } from '../../films/film-said.ts';
import { columnsParser, hasColumns } from './columns.ts';
import type { FilmLinks } from './film-links.ts';
import type { LineFormat, ParsedLine } from './line-format.ts';
import { COMMAS } from './separated.ts';

/** A film that nothing links to IMDb's is a title of its own, whose id follows from TMDB's. */
const titleOf = (id: string, links: FilmLinks): { readonly movie_id: TitleId; readonly tconst: Tconst | null } => {
  const tconst = links.byTmdb.get(id) ?? null;
  return { tconst, movie_id: tconst === null ? titleIdOfTmdb(Number(id)) : titleIdOf(tconst) };
};

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?(?:[eE]-?\d{1,2})?$/;
/** A number as the API gives it; what is none is left for `readFilm` to name. */
const numberOr = (text: string): unknown => (text === '' ? undefined : NUMBER.test(text) ? Number(text) : text);

const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text === '' ? '[]' : text);
  } catch {
    return text;
  }
};

const FILM_COLUMNS = [
  'id',
  'title',
  'budget',
  'revenue',
  'popularity',
  'genres',
  'keywords',
  'release_date',
  'runtime',
  'vote_average',
  'vote_count',
] as const;

const factsOf = (values: readonly string[]): FilmFacts => {
  const [id = '', title, budget = '', revenue = '', popularity = '', genres = '', keywords = '', release_date, ...rest] = values;
  const [runtime = '', vote_average = '', vote_count = ''] = rest;
  return readFilm({
    id: numberOr(id),
    title,
    budget: numberOr(budget),
    revenue: numberOr(revenue),
    popularity: numberOr(popularity),
    genres: jsonOr(genres),
    keywords: { keywords: jsonOr(keywords) },
    release_date,
    runtime: numberOr(runtime),
    vote_average: numberOr(vote_average),
    vote_count: numberOr(vote_count),
  });
};

const filmOf = (values: readonly string[], links: FilmLinks, atMs: number): ParsedLine => {
  try {
    const facts = factsOf(values);
    const title = { ...titleOf(String(facts.id), links), at: new Date(atMs).toISOString() };
    return { event: addition(title, facts.fields), further: [link(title, facts.id), observed(title, facts.observation)], atMs };
  } catch (error) {
    if (error instanceof UnfitAnswerError) return { fault: error.message };
    throw error;
  }
};

export const tmdbFilms: LineFormat = {
  name: 'tmdb-films',
  looksLike: `a table of TMDB's films in CSV, with the columns ${FILM_COLUMNS.join(', ')}`,
  isFirstLine: (text) => hasColumns(text, FILM_COLUMNS, COMMAS),
  hasHeader: true,
  isDatedByFile: true,
  hasOwnIds: false,
  separated: COMMAS,
  links: 'useful',
  parser: (header, observedAtMs, links) => columnsParser(header, FILM_COLUMNS, (values) => filmOf(values, links, observedAtMs), COMMAS),
};

const REVIEW_COLUMNS = ['movie_id', 'review', 'rating'] as const;
const FILM_ID = /^[1-9]\d{0,9}$/;

export const tmdbReviews: LineFormat = {
  name: 'tmdb-reviews',
  looksLike: `reviews of TMDB's films in CSV, with the columns ${REVIEW_COLUMNS.join(', ')}`,
  isFirstLine: (text) => hasColumns(text, REVIEW_COLUMNS, COMMAS),
  hasHeader: true,
  isDatedByFile: true,
  // A review that the file has twice counts once.
  hasOwnIds: true,
  separated: COMMAS,
  links: 'useful',
  parser: (header, observedAtMs, links) => {
    const at = new Date(observedAtMs).toISOString();
    return columnsParser(
      header,
      REVIEW_COLUMNS,
      ([film, text, rating]) => {
        if (!FILM_ID.test(film) || Number(film) > MAX_TMDB_ID) return { fault: `movie_id ${JSON.stringify(film)} is no id of TMDB's` };
        const points = numberOr(rating);
        if (typeof points === 'string') return { fault: `rating ${JSON.stringify(rating)} is no number` };
        const payload = { movie_id: titleOf(film, links).movie_id, text, author: null, score: scoreOf(points), at };
        const ownId = hash('sha256', JSON.stringify([film, text]), 'hex').slice(0, 24);
        return { event: { type: 'review_written', version: 1, payload }, atMs: observedAtMs, ownId };
      },
      COMMAS,
    );
  },
};
