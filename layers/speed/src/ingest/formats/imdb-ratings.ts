/** IMDb's `title.ratings`: what a title's rating was when the file was made, observed anew with each file. A line that an import refuses is refused here too. */
import { IMDB_AVERAGE, IMDB_DATASETS, IMDB_VOTES, isTconst, titleIdOf } from '@rushes/domain';

import { columnsParser, hasColumns } from './columns.ts';
import type { LineFormat } from './line-format.ts';

const COLUMNS = IMDB_DATASETS['title.ratings'];

export const imdbRatings: LineFormat = {
  name: 'imdb-ratings',
  looksLike: `IMDb's title.ratings, with the header ${COLUMNS.join(', ')}`,
  isFirstLine: (text) => hasColumns(text, COLUMNS),
  hasHeader: true,
  isDatedByFile: true,
  hasOwnIds: false,
  parser: (header, observedAtMs) => {
    const at = new Date(observedAtMs).toISOString();
    return columnsParser(header, COLUMNS, ([tconst, average, votes]) => {
      if (!isTconst(tconst)) return { fault: `tconst ${JSON.stringify(tconst)} is no title id` };
      if (!IMDB_AVERAGE.test(average)) return { fault: `averageRating ${JSON.stringify(average)} is not between 1.0 and 10.0 in tenths` };
      if (!IMDB_VOTES.test(votes)) return { fault: `numVotes ${JSON.stringify(votes)} is not a whole number of up to nine digits` };
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
