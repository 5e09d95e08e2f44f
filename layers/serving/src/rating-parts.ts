/** Where a movie's rating comes from: IMDb's base and what arrived beside it. Pure. */
import type { ViewRow } from '@rushes/ports';
import { NO_INPUTS, pointsText, type TitleInputs } from '@rushes/views';

interface Part {
  readonly ratingE3: number | null;
  readonly votes: number | null;
}

const partText = ({ ratingE3, votes }: Part): string => `{"rating":${pointsText(ratingE3)},"votes":${votes}}`;

const imdbPart = ({ dump, ratings }: TitleInputs): Part => {
  const observed = ratings.imdb;
  const tenths = dump?.rating_tenths ?? null;
  const dumped: Part = { ratingE3: tenths === null ? null : tenths * 100, votes: dump?.votes ?? null };
  if (observed === null || (dumped.votes !== null && observed.epoch <= (dump?.since ?? 0))) return dumped;
  return { ratingE3: Number(observed.average_e3), votes: Number(observed.votes) };
};

const livePart = ({ ratings: { count, sum_tenths } }: TitleInputs): Part => ({
  ratingE3: count === 0 ? null : Number((2n * 100n * BigInt(sum_tenths) + BigInt(count)) / (2n * BigInt(count))),
  votes: count,
});

/** JSON text of the member `ratings`, from a row of the view `titles` with its columns `rating` and `votes` and its second document `live`. */
export const ratingParts = (row: ViewRow): string => {
  const live = row.documents[1] ?? null;
  if (live === null) {
    const [rating, votes] = row.columns;
    const imdb = { ratingE3: typeof rating === 'number' ? rating : null, votes: typeof votes === 'number' ? votes : null };
    return `{"imdb":${partText(imdb)},"live":{"rating":null,"votes":0}}`;
  }
  const read = JSON.parse(live) as Partial<TitleInputs>; // as: the view's document
  const inputs = { ...NO_INPUTS, ...Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null)) };
  return `{"imdb":${partText(imdbPart(inputs))},"live":${partText(livePart(inputs))}}`;
};
