/**
 * What an answer of TMDB's says of a film, in this system's words, or why it cannot be used. Pure. Only what is used is looked at: what TMDB adds breaks nothing.
 *
 * Genres go under IMDb's names, so that a film is not in two lists for one genre. An empty text, a missing date, and 0 for a runtime or an amount are "not
 * known". Amounts are in US dollars.
 */
import { type Amount, isTconst, MAX_CENTS, MAX_KEYWORD, MAX_KEYWORDS, MAX_TMDB_ID, readInstant, type Tconst } from '@rushes/domain';

export interface FilmFields {
  readonly title: string;
  readonly genres: readonly string[];
  readonly year: number | null;
  readonly runtime_minutes: number | null;
  readonly budget: Amount | null;
  readonly revenue: Amount | null;
  readonly keywords: readonly string[];
}

export interface Observation {
  readonly average: number;
  readonly votes: number;
  readonly popularity: number | null;
}

export interface ReviewFacts {
  /** TMDB's id of the review. */
  readonly id: string;
  readonly text: string;
  readonly author: string | null;
  readonly score: number | null;
  /** As TMDB has it; judged before it enters the log. */
  readonly at: string;
}

export interface FilmFacts {
  readonly id: number;
  readonly isAdult: boolean;
  /** IMDb's id, where TMDB names one. */
  readonly tconst: Tconst | null;
  readonly fields: FilmFields;
  readonly observation: Observation;
  readonly reviews: readonly ReviewFacts[];
  /** Pages of reviews that there are beside the one that came with the film. */
  readonly reviewPages: number;
}

/** A film as lists name it. */
export interface ListedFilm {
  readonly id: number;
  readonly isAdult: boolean;
  /** `undefined`: the list says nothing of it. */
  readonly observation: Observation | undefined;
}

export interface ListPage {
  readonly films: readonly ListedFilm[];
  readonly pages: number;
}

/** What does not fit, with where. */
export class UnfitAnswerError extends Error {
  override readonly name = 'UnfitAnswerError';
}

type Members = Readonly<Record<string, unknown>>;

/** Another name than TMDB's; `null`: no genre of IMDb's. */
const IMDB_GENRES: Readonly<Record<string, string | null>> = { 'Science Fiction': 'Sci-Fi', 'TV Movie': null };

const MOST_GENRES = 20;
/** TMDB gives 500 pages at most. */
const MOST_PAGES = 500;

const membersOf = (value: unknown, where: string): Members => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members; // as: an object
  throw new UnfitAnswerError(`${where} is no object`);
};
const listOf = (value: unknown, where: string): readonly unknown[] => {
  if (Array.isArray(value)) return value as readonly unknown[]; // as: a list of whatever
  throw new UnfitAnswerError(`${where} is no list`);
};
const textOf = (value: unknown, where: string): string => {
  if (typeof value === 'string') return value;
  throw new UnfitAnswerError(`${where} is no text`);
};
const numberOf = (value: unknown, where: string): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UnfitAnswerError(`${where} is no number`);
};
const idOf = (value: unknown): number => {
  const id = numberOf(value, 'id');
  if (Number.isSafeInteger(id) && id >= 1 && id <= MAX_TMDB_ID) return id;
  throw new UnfitAnswerError(`id is no id of TMDB's: ${id}`);
};
const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const yearOf = (value: unknown): number | null => {
  if (!isThere(value)) return null;
  const [, year] = /^(\d{4})-\d{2}-\d{2}$/.exec(textOf(value, 'release_date')) ?? [];
  if (year === undefined) throw new UnfitAnswerError(`release_date is no day: ${JSON.stringify(value)}`);
  return Number(year);
};

const genresOf = (value: unknown): readonly string[] => {
  const names = listOf(value, 'genres').map((one) => textOf(membersOf(one, 'a genre')['name'], "a genre's name"));
  const known = names.flatMap((name) => (Object.hasOwn(IMDB_GENRES, name) ? (IMDB_GENRES[name] ?? []) : [name]));
  return [...new Set(known)].slice(0, MOST_GENRES);
};

const CENTS = 100;

const amountOf = (value: unknown, where: string): Amount | null => {
  const dollars = isThere(value) ? numberOf(value, where) : 0;
  if (dollars === 0) return null;
  const cents = Math.round(dollars * CENTS);
  if (cents >= 1 && cents <= MAX_CENTS) return { cents, currency: 'USD' };
  throw new UnfitAnswerError(`${where} is no amount of dollars: ${dollars}`);
};

/** Control characters separate what tables hold of a title. */
const CONTROL = /[\u0000-\u001f]/g;
const keywordsOf = (value: unknown): readonly string[] => {
  if (!isThere(value)) return [];
  const names = listOf(membersOf(value, 'keywords')['keywords'], 'keywords').map((one) =>
    textOf(membersOf(one, 'a keyword')['name'], "a keyword's name")
      .replaceAll(CONTROL, ' ')
      .toWellFormed()
      .trim()
      .slice(0, MAX_KEYWORD)
      .toWellFormed(),
  );
  return [...new Set(names.filter((name) => name !== ''))].slice(0, MAX_KEYWORDS);
};

const tconstOf = (film: Members): Tconst | null => {
  const external = isThere(film['external_ids']) ? membersOf(film['external_ids'], 'external_ids') : {};
  const named = [external['imdb_id'], film['imdb_id']].find(isThere);
  if (named === undefined) return null;
  const text = textOf(named, 'imdb_id');
  if (isTconst(text)) return text;
  throw new UnfitAnswerError(`imdb_id is no title of IMDb's: ${JSON.stringify(text)}`);
};

const observationOf = (film: Members): Observation => ({
  average: numberOf(film['vote_average'], 'vote_average'),
  votes: numberOf(film['vote_count'], 'vote_count'),
  popularity: isThere(film['popularity']) ? numberOf(film['popularity'], 'popularity') : null,
});

/** Points from 1 to 10 in steps of a half, as events have them; TMDB's half a point is none. */
export const scoreOf = (value: unknown): number | null =>
  typeof value === 'number' && value >= 1 && value <= 10 && Number.isInteger(2 * value) ? value : null;

const MAX_AUTHOR = 200;

const reviewOf = (value: unknown): ReviewFacts => {
  const review = membersOf(value, 'a review');
  const author = isThere(review['author']) ? textOf(review['author'], "a review's author").slice(0, MAX_AUTHOR) : null;
  const details = isThere(review['author_details']) ? membersOf(review['author_details'], 'author_details') : {};
  const at = textOf(review['created_at'], "a review's created_at");
  return {
    id: textOf(review['id'], "a review's id"),
    text: textOf(review['content'], "a review's content"),
    author: author?.isWellFormed() === false ? author.toWellFormed() : author,
    score: scoreOf(details['rating']),
    at: readInstant(at) === undefined ? at : new Date(at).toISOString(),
  };
};

const pagesOf = (page: Members): number => Math.min(MOST_PAGES, Math.max(0, Math.trunc(numberOf(page['total_pages'], 'total_pages'))));

/** @throws UnfitAnswerError */
export const readReviews = (value: unknown): { readonly reviews: readonly ReviewFacts[]; readonly pages: number } => {
  const page = membersOf(value, 'the page of reviews');
  return { reviews: listOf(page['results'], 'results').map(reviewOf), pages: pagesOf(page) };
};

/** @throws UnfitAnswerError */
export const readFilm = (value: unknown): FilmFacts => {
  const film = membersOf(value, 'the answer');
  const { reviews, pages } = isThere(film['reviews']) ? readReviews(film['reviews']) : { reviews: [], pages: 0 };
  const runtime = isThere(film['runtime']) ? numberOf(film['runtime'], 'runtime') : 0;
  return {
    id: idOf(film['id']),
    isAdult: film['adult'] === true,
    tconst: tconstOf(film),
    fields: {
      title: textOf(film['title'], 'title'),
      genres: genresOf(film['genres']),
      year: yearOf(film['release_date']),
      runtime_minutes: runtime === 0 ? null : runtime,
      budget: amountOf(film['budget'], 'budget'),
      revenue: amountOf(film['revenue'], 'revenue'),
      keywords: keywordsOf(film['keywords']),
    },
    observation: observationOf(film),
    reviews,
    reviewPages: Math.max(0, pages - 1),
  };
};

/** A page of `movie/changes`, or of a list of films. @throws UnfitAnswerError */
export const readPage = (value: unknown): ListPage => {
  const page = membersOf(value, 'the page');
  const films = listOf(page['results'], 'results').flatMap((one): ListedFilm[] => {
    const film = membersOf(one, 'a film');
    // What is deleted meanwhile is listed with nothing but this.
    if (!isThere(film['id'])) return [];
    const observation = isThere(film['vote_count']) && isThere(film['vote_average']) ? observationOf(film) : undefined;
    return [{ id: idOf(film['id']), isAdult: film['adult'] === true, observation }];
  });
  return { films, pages: pagesOf(page) };
};
