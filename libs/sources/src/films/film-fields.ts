/**
 * The source's fields as IMDb would write them. What the source has wrong and how it is read:
 *
 * - Titles that look like numbers (`300`, `1776`) are numbers: they are written as text. One film has no title: `\N`.
 * - Accents were decoded with the wrong character set (Windows-1252 as Mac Roman: `LÈon`): they are put back.
 * - Years were written with two digits and read as 20yy (1915 became 2015). The source ends in 2011, so a later year is one of the century before.
 * - `Dec 31 1969` is the source's zero, not a date: no year. Other dates of Dec 31 often stand for the year that follows (Casablanca: 1941),
 *   but some are real, and nothing tells them apart: they stay.
 * - Genres have other names, and some are only told by the "creative type".
 */
import { IMDB_NULL } from '@rushes/domain';
import type { Film } from './film-source.ts';

/** The latest release year in the source that is not a misread one. */
const LAST_YEAR = 2011;

/** Windows-1252's character for each Mac Roman one that stands for it in the source. None of these occurs rightly in it. */
const MENDED: Readonly<Record<string, string>> = {
  '‡': 'à',
  '·': 'á',
  '‰': 'ä',
  Ë: 'è',
  È: 'é',
  Í: 'ê',
  Î: 'ë',
  Û: 'ó',
  Ù: 'ô',
  '˘': 'ù',
  Ö: '…',
  Ω: '½',
};

const MISREAD = new RegExp(`[${Object.keys(MENDED).join('')}]`, 'g');

const GENRES: Readonly<Record<string, readonly string[]>> = {
  Action: ['Action'],
  Adventure: ['Adventure'],
  'Black Comedy': ['Comedy'],
  Comedy: ['Comedy'],
  'Concert/Performance': ['Music'],
  Documentary: ['Documentary'],
  Drama: ['Drama'],
  Horror: ['Horror'],
  Musical: ['Musical'],
  'Romantic Comedy': ['Comedy', 'Romance'],
  'Thriller/Suspense': ['Thriller'],
  Western: ['Western'],
};

const CREATIVE_TYPES: Readonly<Record<string, readonly string[]>> = {
  Fantasy: ['Fantasy'],
  'Kids Fiction': ['Family'],
  'Science Fiction': ['Sci-Fi'],
};

/** A text that fits into one field: no tabs or line ends, doubled quotes made one. */
const cleanText = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('""', '"')
    .replaceAll(MISREAD, (letter) => MENDED[letter] ?? letter);

export const titleField = (title: Film['Title']): string => (title === null ? IMDB_NULL : cleanText(String(title)) || IMDB_NULL);

/** The director's name, or `undefined` if the source has none. */
export const directorName = (director: Film['Director']): string | undefined =>
  director === null ? undefined : cleanText(director) || undefined;

/** From dates like `Jun 12 1998`. */
export const yearField = (releaseDate: string): string => {
  const year = /^[A-Z][a-z]{2} \d{2} (\d{4})$/.exec(releaseDate)?.[1];
  if (year === undefined || releaseDate === 'Dec 31 1969') return IMDB_NULL;
  return Number(year) > LAST_YEAR ? String(Number(year) - 100) : year;
};

export const minutesField = (minutes: Film['Running Time min']): string => (minutes === null || minutes <= 0 ? IMDB_NULL : String(minutes));

/** Up to three of IMDb's genres, in alphabetical order as IMDb has them. */
export const genresField = (film: Pick<Film, 'Major Genre' | 'Creative Type'>): string => {
  const genres = [...(GENRES[film['Major Genre'] ?? ''] ?? []), ...(CREATIVE_TYPES[film['Creative Type'] ?? ''] ?? [])];
  return genres.toSorted().slice(0, 3).join(',') || IMDB_NULL;
};

/** Average and votes, or `undefined` where the source lacks one of them or they cannot be IMDb's. */
export const ratingFields = (film: Pick<Film, 'IMDB Rating' | 'IMDB Votes'>): readonly [rating: string, votes: string] | undefined => {
  const rating = film['IMDB Rating'];
  const votes = film['IMDB Votes'];
  if (rating === null || votes === null || rating < 1 || rating > 10 || votes < 1) return undefined;
  return [rating.toFixed(1), String(votes)];
};
