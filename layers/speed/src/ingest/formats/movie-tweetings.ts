/** Ratings as MovieTweetings has them, keyed by IMDb's id: `timestamp tconst userId rating`, seconds and whole points. */
import { isTconst, titleIdOf } from '@rushes/domain';

import { columnsParser, hasColumns } from './columns.ts';
import type { LineFormat } from './line-format.ts';

const COLUMNS = ['timestamp', 'tconst', 'userId', 'rating'] as const;

const SECONDS = /^\d{1,11}$/;
const POINTS = /^\d{1,2}$/;
const MS_PER_S = 1000;

export const movieTweetings: LineFormat = {
  name: 'movietweetings',
  looksLike: `tab-separated ratings with the header ${COLUMNS.join(', ')}`,
  isFirstLine: (text) => hasColumns(text, COLUMNS),
  hasHeader: true,
  isDatedByFile: false,
  hasOwnIds: false,
  parser: (header) =>
    columnsParser(header, COLUMNS, ([timestamp, tconst, user, rating]) => {
      if (!isTconst(tconst)) return { fault: `tconst ${JSON.stringify(tconst)} is no title id` };
      if (!SECONDS.test(timestamp)) return { fault: `timestamp ${JSON.stringify(timestamp)} is no time in seconds` };
      const score = POINTS.test(rating) ? Number(rating) : Number.NaN;
      if (!(score >= 1 && score <= 10)) return { fault: `rating ${JSON.stringify(rating)} is not a whole number from 1 to 10` };
      const atMs = Number(timestamp) * MS_PER_S;
      const payload = { movie_id: titleIdOf(tconst), score, user: user === '' ? null : user, at: new Date(atMs).toISOString() };
      return { event: { type: 'rating_given', version: 1, payload }, atMs };
    }),
};
