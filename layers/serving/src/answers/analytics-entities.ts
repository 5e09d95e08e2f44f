/** The objects of analytics, as the API's description shows them. */
import { POPULARITY_TIERS_E3 } from '@rushes/views';
import { Type, type TSchema } from 'typebox';

import { YEAR_COLUMNS } from './film-years.ts';
import { membersOf } from './tables.ts';

const numberOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], description });
const integerOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

export const FilmYear = Type.Object(membersOf(YEAR_COLUMNS), { $id: 'FilmYear' });

const share = (of: string) => numberOrNull(`Share of ${of} reviews, 0 to 1; null without reviews.`);

const money = (of: string) =>
  Type.Object({
    known_films: Type.Integer({ description: `Films of which the ${of} is known: total and average rest on them.` }),
    total_cents: integerOrNull('Whole cents; null where it is known of none.'),
    average_cents: integerOrNull('Whole cents, rounded half up.'),
    currency: Type.Literal('USD'),
  });

const pointsOf = (thousandths: number): number => thousandths / 1000;
const { high, medium } = { high: pointsOf(POPULARITY_TIERS_E3.high), medium: pointsOf(POPULARITY_TIERS_E3.medium) };

const happened = {
  ratings: Type.Integer({ description: 'Ratings that were given.' }),
  average_rating: numberOrNull('Their average; thousandths, rounded half up. Null without any.'),
  reviews: Type.Integer({ description: 'Reviews that were written.' }),
  average_sentiment: numberOrNull("Mean of VADER's compound score of these reviews; four decimals. Null without any."),
};

export const FILM_MONTH = Type.Object({ month: Type.Integer({ minimum: 1, maximum: 12, description: '1: January.' }), ...happened });

/** What of a genre's films changed against the year before. */
const change = Type.Object({
  films: Type.Integer(),
  votes: Type.Integer(),
  average_rating: numberOrNull('Null where one of both years has no votes.'),
  average_sentiment: numberOrNull('Null where one of both has no reviews.'),
  average_runtime: numberOrNull('Null where one of both has no known runtime.'),
  budget_cents: integerOrNull('Null where one of both has no known budget.'),
  revenue_cents: integerOrNull('Null where one of both has no known revenue.'),
});

const genreFigures = {
  genre: Type.String({ description: 'As most titles have it.' }),
  year: integerOrNull('The year of release that was asked for; null: all, and films of which it is not known.'),
  films: Type.Integer({ description: 'Titles of type movie that are not for adults only.' }),
  rated_films: Type.Integer({ description: 'Those of them that somebody voted on.' }),
  votes: Type.Integer({ description: 'Votes on them.' }),
  average_rating: numberOrNull('Weighted by votes; thousandths, rounded half up. Null without votes.'),
  sentiment: Type.Object({
    reviews: Type.Integer({ description: 'Reviews of these films, whenever they were written.' }),
    average: numberOrNull("Mean of VADER's compound score, -1 to 1; four decimals. Null without reviews."),
    positive: share('positive'),
    neutral: share('neutral'),
    negative: share('negative'),
  }),
  runtime: Type.Object({
    known_films: Type.Integer({ description: 'Films of which the runtime is known: total and average rest on them.' }),
    total: integerOrNull('Minutes; null where it is known of none.'),
    average: numberOrNull('Minutes; thousandths, rounded half up.'),
  }),
  budget: money('budget'),
  revenue: money('revenue'),
  popularity: Type.Object(
    {
      known_films: Type.Integer({ description: 'Films of which TMDB was observed to say it: those of all tiers.' }),
      high: Type.Integer({ description: `Films of ${high} or more.` }),
      medium: Type.Integer({ description: `Films of ${medium} or more, below ${high}.` }),
      low: Type.Integer({ description: `Films below ${medium}.` }),
    },
    { description: "Films by tier of TMDB's popularity, as it was observed last." },
  ),
  activity: Type.Union(
    [
      Type.Object({
        from: Type.String({ format: 'date-time' }),
        to: Type.String({ format: 'date-time', description: 'It ends before this moment.' }),
        ...happened,
        change: Type.Object(
          {
            ratings: Type.Integer(),
            average_rating: numberOrNull('Null where one of both has none.'),
            reviews: Type.Integer(),
            average_sentiment: numberOrNull('Null where one of both has none.'),
          },
          { description: 'Against the same time of the year before.' },
        ),
      }),
      Type.Null(),
    ],
    {
      description:
        'Ratings and reviews that were given within the calendar year, or the month of it, that was asked for (UTC), to films of the genre of any year of release; null where no year was.',
    },
  ),
  change: Type.Union([change, Type.Null()], {
    description: 'Against the same films of the year before; null where no year was asked for.',
  }),
  top_films: Type.Array(Type.Ref('Movie#'), { description: 'By votes × rating, the highest first; only films that somebody voted on.' }),
} satisfies Readonly<Record<string, TSchema>>;

export const GENRE_FIGURES = Object.keys(genreFigures);

export const GenreFigures = Type.Object(genreFigures, { $id: 'GenreFigures' });
