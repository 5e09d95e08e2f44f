/** What the schemas in the registry say of each type and member, for whoever reads our topics without this program. */
import { type EventType, FIELD_COLUMNS } from '@rushes/domain';

/** By type. */
export const TYPE_DOCS: Readonly<Record<EventType, string>> = {
  movie_added: 'A movie was added. All of its fields are given.',
  movie_changed: 'Fields of a movie were set. Fields that are not named keep their value.',
  movie_linked: "A movie got TMDB's id, or lost it.",
  rating_given: 'A person rated a movie.',
  rating_observed: 'A site said how its users rate a movie on average.',
  review_written: 'A person wrote about a movie.',
};

/** By member: its meaning is the same in every type. */
export const MEMBER_DOCS: Readonly<Record<string, string>> = {
  movie_id: 'The movie: a UUID in lower case. Also the key of the record, which chooses its partition.',
  tconst: "IMDb's id of the title, tt and 7 to 12 digits; null: it has none.",
  source: 'Who says so.',
  at: 'When it happened: ISO 8601 in UTC, to the millisecond at most, as in 2026-01-02T03:04:05Z.',
  ...Object.fromEntries(Object.entries(FIELD_COLUMNS).map(([field, { meaning }]) => [field, meaning])),
  cents: 'The amount in whole cents.',
  currency: 'The code of the currency, by ISO 4217.',
  changes: 'The fields that were set, at least one.',
  score: 'Points from 1 to 10 in steps of 0.5; null: none.',
  tmdb_id: "TMDB's id of the movie; null: it has none any more.",
  user: 'The name of who rated it; null: not told.',
  average: 'The average in points, 0 to 10.',
  votes: 'How many votes the average is of.',
  popularity: "The site's measure of popularity, from 0 on; null: it has none.",
  text: 'What was written, 1 to 50,000 characters.',
  author: 'The name of who wrote it; null: not told.',
};
