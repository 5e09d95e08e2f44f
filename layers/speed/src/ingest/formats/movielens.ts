/** Ratings as MovieLens has them: `userId,movieId,rating,timestamp`, half a star to five in steps of a half, seconds; films by the ids that `links.csv` links. */
import { titleIdOf } from '@rushes/domain';

import { columnsParser, hasColumns } from './columns.ts';
import type { LineFormat } from './line-format.ts';
import { COMMAS } from './separated.ts';

const COLUMNS = ['userId', 'movieId', 'rating', 'timestamp'] as const;

const SECONDS = /^\d{1,11}$/;
const STARS = /^(?:0\.5|[1-4](?:\.[05])?|5(?:\.0)?)$/;
const POINTS_PER_STAR = 2;
const MS_PER_S = 1000;

export const movieLens: LineFormat = {
  name: 'movielens',
  looksLike: `MovieLens' ratings.csv, with the header ${COLUMNS.join(',')}, and links.csv beside it`,
  isFirstLine: (text) => hasColumns(text, COLUMNS, COMMAS),
  hasHeader: true,
  isDatedByFile: false,
  hasOwnIds: false,
  separated: COMMAS,
  links: 'needed',
  parser: (header, _observedAtMs, links) =>
    columnsParser(
      header,
      COLUMNS,
      ([user, film, stars, timestamp]) => {
        const tconst = links.byMovieLens.get(film);
        if (tconst === undefined) return { fault: `movieId ${JSON.stringify(film)} is not in ${links.location}` };
        if (!SECONDS.test(timestamp)) return { fault: `timestamp ${JSON.stringify(timestamp)} is no time in seconds` };
        if (!STARS.test(stars)) return { fault: `rating ${JSON.stringify(stars)} is not between 0.5 and 5 in steps of a half` };
        const atMs = Number(timestamp) * MS_PER_S;
        const at = new Date(atMs).toISOString();
        const payload = { movie_id: titleIdOf(tconst), score: Number(stars) * POINTS_PER_STAR, user: user === '' ? null : user, at };
        return { event: { type: 'rating_given', version: 1, payload }, atMs };
      },
      COMMAS,
    ),
};
