/** Which format a file is in: the one asked for, else by its first line, else by its name. */
import { UsageError } from '@rushes/runtime';

import { imdbRatings } from './imdb-ratings.ts';
import { jsonLines } from './json-lines.ts';
import type { LineFormat } from './line-format.ts';
import { movieLens } from './movielens.ts';
import { movieTweetings } from './movie-tweetings.ts';
import { tmdbFilms, tmdbReviews } from './tmdb-films.ts';

const FORMATS: readonly LineFormat[] = [jsonLines, movieTweetings, imdbRatings, movieLens, tmdbFilms, tmdbReviews];
export const FORMAT_NAMES: readonly string[] = FORMATS.map(({ name }) => name);

const JSON_LINES_NAME = /\.(jsonl|ndjson)(\.gz)?$/i;

export const recognizeFormat = (path: string, firstLine: string, asked: string | undefined): LineFormat => {
  const format =
    asked === undefined
      ? (FORMATS.find((one) => one.isFirstLine(firstLine)) ?? (JSON_LINES_NAME.test(path) ? jsonLines : undefined))
      : FORMATS.find(({ name }) => name === asked);
  if (format === undefined)
    throw new UsageError(`${path} is in no format that can be replayed`, {
      hint: `Name it with --format: ${FORMATS.map(({ name, looksLike }) => `${name} (${looksLike})`).join('; ')}.`,
    });
  if (format.hasHeader && !format.isFirstLine(firstLine))
    throw new UsageError(`${path} is not in the format ${format.name}: its first line is ${JSON.stringify(firstLine.slice(0, 80))}`, {
      hint: `A file of it has ${format.looksLike}.`,
    });
  return format;
};
