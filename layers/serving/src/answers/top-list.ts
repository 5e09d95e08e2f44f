/** The top movies: which titles they are, and how their scores are presented. */
import type { ArtefactReader, Condition, ListedRow } from '@rushes/ports';
import { Type } from 'typebox';

import { type Adult, kindConditions } from './adult.ts';
import { thousandthsText } from './quotient.ts';
import type { ViewReaders } from '../merge/view-readers.ts';

export const minVotesParameter = Type.Integer({ default: 500, minimum: 0, description: 'Only movies with at least so many votes.' });

/** `limit` with its bounds. */
export const limitParameter = (of: string, maximum: number) =>
  Type.Integer({ default: 10, minimum: 1, maximum, description: `How many ${of}, at most ${maximum}.` });

/** Movies that may be ranked. */
export const rankable = (minVotes: number, adult: Adult): readonly Condition[] => [
  ...kindConditions(['movie'], adult),
  { column: 'votes', op: 'gte', value: minVotes },
];

/**
 * The first movies by (votes / average votes) × rating, which is the order of votes × rating.
 * Rows carry the document `shown` and the columns `weight` and `tconst`.
 */
export const topMovies = (titles: ArtefactReader, limit: number, minVotes: number, adult: Adult): Promise<readonly ListedRow[]> =>
  titles.list({
    where: rankable(minVotes, adult),
    sort: [{ column: 'weight', desc: true }],
    limit,
    documents: ['shown'],
    columns: ['weight', 'tconst'],
  });

/** What the average number of votes is made of. */
export interface VoteStatistics {
  readonly ratedTitles: bigint;
  readonly totalVotes: bigint;
}

export const readVoteStatistics = async ({ statistics }: ViewReaders): Promise<VoteStatistics> => {
  const rows = await statistics.getMany(['rated_titles', 'total_votes'], { columns: ['value'] });
  const valueOf = (name: string): bigint => {
    const value = rows.find((row) => row.key === name)?.columns[0];
    if (typeof value !== 'number')
      throw new Error(`the view statistics has no ${name}: the artefact was not built by this version's view definition`);
    return BigInt(value);
  };
  return { ratedTitles: valueOf('rated_titles'), totalVotes: valueOf('total_votes') };
};

/**
 * JSON number of (votes / (total votes / rated titles)) × rating, exact up to the rounding to thousandths.
 * @param weight votes × rating in thousandths.
 */
export const scoreText = (weight: number, { ratedTitles, totalVotes }: VoteStatistics): string =>
  totalVotes === 0n ? '0' : thousandthsText(BigInt(weight) * ratedTitles, 1000n * totalVotes);
