/** IMDb's `title.ratings`: what a title's rating was when the file was made, observed anew with each file. */
import { IMDB_DATASETS, isTconst, titleIdOf } from '@rushes/domain';

import { columnsParser, hasColumns } from './columns.ts';
import type { LineFormat } from './line-format.ts';

const COLUMNS = IMDB_DATASETS['title.ratings'];

const AVERAGE = /^\d{1,2}(\.\d{1,3})?$/;
const VOTES = /^\d{1,12}$/;

export const imdbRatings: LineFormat = {
  name: 'imdb-ratings',
  looksLike: `IMDb's title.ratings, with the header ${COLUMNS.join(', ')}`,
  isFirstLine: (text) => hasColumns(text, COLUMNS),
  hasHeader: true,
  parser: (header, observedAtMs) => {
    const at = new Date(observedAtMs).toISOString();
    return columnsParser(header, COLUMNS, ([tconst, average, votes]) => {
      if (!isTconst(tconst)) return { fault: `tconst ${JSON.stringify(tconst)} is no title id` };
      if (!AVERAGE.test(average)) return { fault: `averageRating ${JSON.stringify(average)} is no rating` };
      if (!VOTES.test(votes)) return { fault: `numVotes ${JSON.stringify(votes)} is no number of votes` };
      const payload = {
        movie_id: titleIdOf(tconst),
        source: 'imdb' as const,
        average: Number(average),
        votes: Number(votes),
        popularity: null,
        at,
      };
      return { event: { type: 'rating_observed', version: 1, payload }, atMs: observedAtMs };
    });
  },
};
