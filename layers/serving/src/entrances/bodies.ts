/** What can be posted. Invariant: a body that passes makes an event that every layer accepts, but for its time, which `judgeEvent` looks at. */
import { EVENT_SCHEMAS, MAX_CENTS, MAX_KEYWORD, MOVIE_FIELDS_2 } from '@rushes/domain';
import { Type, type TSchema } from 'typebox';

import { LINE, LINES } from '../http/text-rule.ts';

const RATING = EVENT_SCHEMAS.rating_given.versions[1].properties;
const REVIEW = EVENT_SCHEMAS.review_written.versions[1].properties;

/** A field of an event that may be null, written so that its faults are told of the value, not of the alternatives. */
const orNull = <T>(field: { readonly anyOf: readonly [TSchema, ...unknown[]] }, description: string, example: T) => {
  const { type, ...rules } = field.anyOf[0] as TSchema & { readonly type: string }; // as: all of them are scalars
  return Type.Optional(Type.Unsafe<T | null>({ ...rules, type: [type, 'null'], description, examples: [example] }));
};

/** The same with a pattern. */
const inLine = ({ anyOf: [text, ...others] }: { readonly anyOf: readonly [TSchema, ...unknown[]] }) => ({
  anyOf: [{ ...text, pattern: LINE }, ...others] as const,
});

export const CENTS_PER_DOLLAR = 100;

/** Genres are kept joined by commas. */
const GENRE = LINE.replace('[^', '[^,');

const at = Type.Optional(
  Type.String({
    ...RATING.at,
    description: 'When it happened: ISO 8601 in UTC, at most 24 hours ahead. Default: now.',
    examples: ['2026-03-01T20:15:00Z'],
  }),
);

/** Addresses of IMDb's pages; the first group is the tconst. */
export const IMDB_LINK = '^https://www\\.imdb\\.com/title/(tt[0-9]{7,12})/?$';

/** In whole dollars, as people say it; events have cents. */
const dollars = (description: string, example: number) =>
  orNull({ anyOf: [Type.Integer({ minimum: 1, maximum: MAX_CENTS / CENTS_PER_DOLLAR })] }, `${description}, in whole US dollars.`, example);

export const MovieBody = Type.Object(
  {
    title: Type.String({ ...MOVIE_FIELDS_2.title, pattern: LINE, description: 'Its title.', examples: ['The Iron Tide'] }),
    genres: Type.Optional(
      Type.Unsafe<string[]>({
        ...MOVIE_FIELDS_2.genres,
        items: Type.String({ pattern: GENRE, minLength: 1, maxLength: 50 }),
        description: 'Its genres, at most 20.',
        default: [],
        examples: [['Action', 'Drama']],
      }),
    ),
    year: orNull(MOVIE_FIELDS_2.year, 'Year of release.', 2004),
    rating: orNull(MOVIE_FIELDS_2.rating, 'Rating, 1 to 10, one decimal; shown with zero votes until there are some.', 8.8),
    runtime_minutes: orNull(MOVIE_FIELDS_2.runtime_minutes, 'Runtime in minutes.', 121),
    budget: dollars('What it cost', 25_000_000),
    revenue: dollars('What it earned', 61_500_000),
    keywords: Type.Optional(
      Type.Unsafe<string[]>({
        ...MOVIE_FIELDS_2.keywords,
        items: Type.String({ pattern: LINE, minLength: 1, maxLength: MAX_KEYWORD }),
        description: 'What it is about, at most 50 words or phrases.',
        default: [],
        examples: [['ferry', 'fog']],
      }),
    ),
    imdb_link: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        pattern: IMDB_LINK,
        description: "Address of IMDb's page: whoever knows IMDb's id finds this movie by it.",
        examples: ['https://www.imdb.com/title/tt0000099/'],
      }),
    ),
  },
  { $id: 'NewMovie', additionalProperties: false },
);

export const RatingBody = Type.Object(
  {
    score: Type.Number({ ...RATING.score, description: '1 to 10, in steps of 0.5.', examples: [8.5] }),
    user: orNull(inLine(RATING.user), 'Who gave it.', 'ada'),
    at,
  },
  { $id: 'NewRating', additionalProperties: false },
);

export const ReviewBody = Type.Object(
  {
    text: Type.String({ ...REVIEW.text, pattern: LINES, description: 'The review.', examples: ['A wonderful film.'] }),
    author: orNull(inLine(REVIEW.author), 'Who wrote it.', 'ada'),
    score: orNull(REVIEW.score, '1 to 10, in steps of 0.5; it does not count as a rating.', 9),
    at,
  },
  { $id: 'NewReview', additionalProperties: false },
);
