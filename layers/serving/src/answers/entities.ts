/** The objects of answers, as the API's description shows them. */
import { Type, type TSchema } from 'typebox';

import { FilmYear, GenreFigures } from './analytics-entities.ts';
import { ANOMALY_KINDS } from './anomalies.ts';
import {
  CREDITED_PERSON_COLUMNS,
  GENRE_COLUMNS,
  membersOf,
  MOVIE_COLUMNS,
  PERSON_COLUMNS,
  TITLE_COLUMNS,
  TOP_MOVIE_COLUMNS,
} from './tables.ts';

export const textOrNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
export const integerOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const numberOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], description });
const texts = (description: string) => Type.Array(Type.String(), { description });

export const movieFields = membersOf(MOVIE_COLUMNS);
export const titleFields = membersOf(TITLE_COLUMNS);
export const personFields = membersOf(PERSON_COLUMNS);
export const topMovieFields = {
  ...membersOf(TOP_MOVIE_COLUMNS),
  titles: Type.Array(Type.Ref('TitleName#'), { description: 'Its different titles.' }),
};

const person = { nconst: Type.String({ description: "IMDb's id of the person." }), name: textOrNull('Name, if known.') };

const castFields = { ...person, category: Type.String(), characters: texts('Roles.') };

const ratingPair = (what: string) =>
  Type.Object({ rating: numberOrNull(`Average rating of ${what}.`), votes: integerOrNull(`Votes of ${what}.`) });

export const movieDetailFields = {
  ...movieFields,
  directors: Type.Array(Type.Object(person)),
  writers: Type.Array(Type.Object(person)),
  cast: Type.Array(Type.Object(castFields), { description: 'Actors and actresses in order.' }),
  ratings: Type.Object(
    { imdb: ratingPair("IMDb's data"), live: ratingPair('what arrived since') },
    { description: "IMDb's base, and what arrived since; `rating` and `votes` above are both together." },
  ),
};

/** Which version answers come from. */
export const ServedBatch = Type.Object({
  version: Type.Integer({ description: 'Version of the batch views that the answer comes from.' }),
  cut_at: Type.String({ format: 'date-time', description: 'What was known at this moment is in the version.' }),
  published_at: Type.String({ format: 'date-time' }),
});

/** Events that are in no answer. */
export const MissingRange = Type.Object({
  partition: Type.String({ description: 'Partition of the log.' }),
  from: Type.Integer({ description: 'First offset that is missing.' }),
  to: Type.Integer({ description: 'First offset after it that is not.' }),
  reason: Type.Enum(['not projected', 'expired', 'lost'], {
    type: 'string',
    description: '`lost`: gone from the log before it was archived, so for good. The others come.',
  }),
});

const Meta = Type.Object(
  {
    batch: ServedBatch,
    completeness: Type.Enum(['complete', 'stale', 'gap'], { type: 'string' }),
    data_source: Type.Enum(['batch', 'speed', 'merged'], { type: 'string' }),
    last_updated: Type.String({ format: 'date-time', description: 'Of what the answer contains.' }),
    missing: Type.Optional(Type.Array(MissingRange, { description: 'Only with `gap`: the events that are in no answer, and why.' })),
  },
  { $id: 'Meta' },
);

const ProblemDetails = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    request_id: Type.String({ description: 'The same as in the header X-Request-Id.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.Enum(['path', 'query', 'header', 'body'], { type: 'string' }),
          name: Type.String(),
          detail: Type.String(),
        }),
        { description: 'Every bad parameter.' },
      ),
    ),
    'violated-policies': Type.Optional(
      Type.Array(Type.String(), {
        description: 'Only with 429: the policies of `RateLimit-Policy` that say no, or `streams`: too many of these are open.',
      }),
    ),
  },
  { $id: 'Problem', description: 'Problem details, RFC 9457.' },
);

const Receipt = Type.Object(
  {
    event_id: Type.String({
      format: 'uuid',
      description: 'The event in the log. The same for each repetition of a request with an Idempotency-Key.',
    }),
    movie_id: Type.String({ format: 'uuid', description: "The movie's own id." }),
    position: Type.String({ description: 'Answers that reach this position show the event; the same in the header Rushes-Position.' }),
  },
  { $id: 'Receipt', description: 'An event that is in the log.' },
);
const ReceiptMeta = Type.Object(
  {
    state: Type.Enum(['accepted', 'shown'], { type: 'string', description: '`shown`: answers show it by now.' }),
    appended_at: Type.String({ format: 'date-time', description: 'When the log took it.' }),
  },
  { $id: 'ReceiptMeta' },
);
const Movie = Type.Object(movieFields, { $id: 'Movie' });
const MovieDetail = Type.Object(movieDetailFields, { $id: 'MovieDetail' });
const Title = Type.Object(titleFields, { $id: 'Title', description: 'A row of the table imdb_titles.' });
const TitleName = Type.Object(
  {
    title: Type.String(),
    region: textOrNull('Region, as IMDb writes it.'),
    language: textOrNull('Language, as IMDb writes it.'),
    types: texts(
      "IMDb's kinds of alternative titles; besides, `primary` is Rushes' own word for the primary title, and `original` marks the original one.",
    ),
    is_original: Type.Boolean(),
  },
  { $id: 'TitleName' },
);
const Credit = Type.Object(
  {
    ordering: Type.Integer(),
    ...person,
    category: Type.String(),
    job: textOrNull('What the person did.'),
    characters: castFields.characters,
  },
  { $id: 'Credit' },
);
const Person = Type.Object(personFields, { $id: 'Person' });
const Genre = Type.Object(membersOf(GENRE_COLUMNS), { $id: 'Genre' });
const TopMovie = Type.Object(topMovieFields, { $id: 'TopMovie' });
const FoundMovie = Type.Object(
  {
    ...movieFields,
    score: Type.Integer({
      description: 'How well it answers the question, up to 300; of the words of the question and of its names alone.',
    }),
    matches: Type.Array(
      Type.Object({
        query: Type.String({ description: 'The word of the question, folded.' }),
        how: Type.Enum(['exact', 'prefix', 'typo'], { type: 'string' }),
        word: Type.String({ description: 'The word that matches, folded.' }),
        in: Type.Enum(['primary_title', 'original_title', 'regional_title', 'director', 'cast'], { type: 'string' }),
        name: Type.String({ description: 'The title or name that has it.' }),
      }),
      { description: 'Of each word of the question, what matches it best.' },
    ),
  },
  { $id: 'FoundMovie' },
);
const TrendingMovie = Type.Object(
  {
    ...movieFields,
    rank: Type.Integer({ minimum: 1, description: 'Place in the window.' }),
    previous_rank: integerOrNull('Place in the window before, among the same films; null where nothing happened there.'),
    score: Type.Number({ description: 'Weighted points × momentum, in thousandths, rounded half up.' }),
    velocity: Type.Number({ description: 'Points an hour more than in the window before; millionths, rounded half away from zero.' }),
    acceleration: Type.Number({ description: 'The velocity less that of the window before.' }),
    activity: Type.Object(
      {
        ratings: Type.Integer({ description: 'Ratings that were given.' }),
        average_rating: numberOrNull('Their average; thousandths, rounded half up.'),
        reviews: Type.Integer({ description: 'Reviews that were written.' }),
        average_sentiment: numberOrNull("Mean of VADER's compound score of the reviews, -1 to 1; four decimals."),
      },
      { description: 'Of the window alone.' },
    ),
  },
  { $id: 'TrendingMovie' },
);
const AnomalousMovie = Type.Object(
  {
    ...movieFields,
    anomalies: Type.Array(
      Type.Object({
        kind: Type.Enum([...ANOMALY_KINDS], { type: 'string' }),
        date: Type.String({ format: 'date', description: 'The day, in UTC.' }),
        value: Type.Number({ description: 'Ratings and reviews of the day, or the average of its ratings.' }),
        median: Type.Number({ description: 'Of the days before.' }),
        mad: Type.Number({ description: 'Their median absolute deviation.' }),
        score: Type.Number({ description: 'Robust z-score; thousandths.' }),
        reason: Type.String({ description: 'The same in words.' }),
      }),
      { description: 'The farthest off first.' },
    ),
  },
  { $id: 'AnomalousMovie' },
);

const SimilarMovie = Type.Object(
  {
    ...movieFields,
    score: Type.Number({
      description: '(people + genres + keywords + year) × rating × trend, in thousandths, rounded half up.',
    }),
    parts: Type.Object(
      {
        people: Type.Number(),
        genres: Type.Number(),
        keywords: Type.Number(),
        year: Type.Number(),
        rating: Type.Number(),
        trend: Type.Number(),
      },
      { description: 'What the score is made of, each in thousandths.' },
    ),
    reasons: Type.Object({
      people: Type.Array(
        Type.Object({
          ...person,
          as: texts('What the person is in the title that was asked about.'),
          there: texts('What the person is in this film.'),
        }),
        { description: 'Those who made both.' },
      ),
      genres: texts('Those that both have.'),
      keywords: texts('Those that both have.'),
      years_apart: integerOrNull('Years between the two.'),
    }),
  },
  { $id: 'SimilarMovie' },
);
const CreditedPerson = Type.Object(membersOf(CREDITED_PERSON_COLUMNS), { $id: 'CreditedPerson' });
const Collaborator = Type.Object(
  {
    ...person,
    shared_movies: Type.Integer(),
    average_rating: numberOrNull('Of the shared movies that have a rating; thousandths, rounded half up.'),
  },
  { $id: 'Collaborator' },
);

/** Name of the entity of which `fields` has selected members. */
export const selectedName = (entity: string): string => `Selected${entity}`;

const selectedOf = (
  entity:
    | typeof Movie
    | typeof MovieDetail
    | typeof Title
    | typeof Person
    | typeof TopMovie
    | typeof FoundMovie
    | typeof TrendingMovie
    | typeof FilmYear
    | typeof GenreFigures
    | typeof AnomalousMovie
    | typeof SimilarMovie,
  name: string,
): TSchema =>
  Type.Object(Type.Partial(entity).properties, {
    $id: selectedName(name),
    description: `${name}; with \`fields\`, only the members asked for.`,
  });

/** All of them, for registration. */
export const ENTITIES: readonly TSchema[] = [
  selectedOf(Movie, 'Movie'),
  selectedOf(MovieDetail, 'MovieDetail'),
  selectedOf(Title, 'Title'),
  selectedOf(Person, 'Person'),
  selectedOf(TopMovie, 'TopMovie'),
  selectedOf(FoundMovie, 'FoundMovie'),
  selectedOf(TrendingMovie, 'TrendingMovie'),
  selectedOf(FilmYear, 'FilmYear'),
  selectedOf(GenreFigures, 'GenreFigures'),
  selectedOf(AnomalousMovie, 'AnomalousMovie'),
  selectedOf(SimilarMovie, 'SimilarMovie'),
  Meta,
  ProblemDetails,
  Movie,
  TitleName,
  Credit,
  Genre,
  CreditedPerson,
  Collaborator,
  Receipt,
  ReceiptMeta,
];
