/**
 * What happened to titles of the made-up catalog and to some that it does not have, in two parts with a run after each, and where each event lies in the
 * log: told from the rules, not asked of the log.
 */
import { createHash } from 'node:crypto';

import { eventText, type MovieEvent, partitionId, type Topic } from '@rushes/domain';
import type { NewRecord } from '@rushes/ports';

import type { LogContent } from './built-version.ts';
import { titleId } from './field-types.ts';

/** Posted, and never in a dump. */
export const POSTED = '11111111-1111-4111-8111-111111111111';
/** Known from TMDB alone. */
export const FOUND = titleId('tt7654321');
/** Rated, edited and reviewed, but nobody added it. */
export const UNKNOWN = '22222222-2222-4222-8222-222222222222';
const [RATED, EDITED, UNWEIGHED, OBSERVED, OVERRULED, EPISODE] = [1, 2, 8, 9, 12, 13].map((n) =>
  titleId(`tt10000${String(n).padStart(2, '0')}`),
) as [string, string, string, string, string, string]; // as: six numbers
export const TITLE = { RATED, EDITED, UNWEIGHED, OBSERVED, OVERRULED, EPISODE };

const NOW_MS = Date.UTC(2026, 0, 1, 1);
export const NOON = Date.UTC(2025, 11, 31, 12);
const MINUTE_MS = 60_000;

interface Told {
  readonly topic: Topic;
  readonly key: string;
  readonly at: number;
  readonly value: string;
}

const tell = (topic: Topic, at: number, event: MovieEvent): Told => ({ topic, key: event.payload.movie_id, at, value: eventText(event) });
const iso = (at: number): string => new Date(at).toISOString();

const given = (movie_id: string, score: number, at: number, user: string | null = null): Told =>
  tell('movie.ratings', at, { type: 'rating_given', version: 1, payload: { movie_id, score, user, at: iso(at) } });
const observed = (
  movie_id: string,
  source: 'imdb' | 'tmdb',
  average: number,
  votes: number,
  at: number,
  popularity: number | null = null,
): Told =>
  tell('movie.ratings', at, {
    type: 'rating_observed',
    version: 1,
    payload: { movie_id, source, average, votes, popularity, at: iso(at) },
  });
type Changed<V extends 1 | 2> = Extract<MovieEvent, { type: 'movie_changed'; version: V }>;
type Changes = Changed<1>['payload']['changes'];
const changed = (movie_id: string, source: 'posted' | 'tmdb', changes: Changes): Told =>
  tell('movie.metadata', NOON, { type: 'movie_changed', version: 1, payload: { movie_id, source, at: iso(NOON), changes } });
/** What only version 2 can say. */
const changedMore = (movie_id: string, source: 'posted' | 'tmdb', changes: Changed<2>['payload']['changes']): Told =>
  tell('movie.metadata', NOON, { type: 'movie_changed', version: 2, payload: { movie_id, source, at: iso(NOON), changes } });
const added = (
  movie_id: string,
  source: 'posted' | 'tmdb',
  fields: Omit<Extract<MovieEvent, { type: 'movie_added'; version: 1 }>['payload'], 'movie_id' | 'source' | 'at'>,
): Told => tell('movie.metadata', NOON, { type: 'movie_added', version: 1, payload: { movie_id, source, at: iso(NOON), ...fields } });
const linked = (movie_id: string, tmdb_id: number | null): Told =>
  tell('movie.metadata', NOON, { type: 'movie_linked', version: 1, payload: { movie_id, source: 'tmdb', at: iso(NOON), tmdb_id } });
const reviewed = (movie_id: string, text: string, at: number, author: string | null = null, score: number | null = null): Told =>
  tell('movie.reviews', at, { type: 'review_written', version: 1, payload: { movie_id, text, author, score, at: iso(at) } });

/** By the event's id; what follows `again:` is told a second time under the id of another. */
const PARTS: readonly Readonly<Record<string, Told>>[] = [
  {
    ten: given(RATED, 10, NOON, 'ann'),
    'again:ten': given(RATED, 1, NOON, 'ann'),
    junk: { topic: 'movie.ratings', key: RATED, at: NOON, value: 'no event' },
    'imdb-old': observed(OBSERVED, 'imdb', 8.2, 10, NOON),
    'posted-edit': changed(EDITED, 'posted', { title: 'Vier Genres', genres: ['Drama', 'Comedy', 'Crime', 'War'] }),
    'posted-movie': added(POSTED, 'posted', {
      tconst: null,
      title: 'Neu "Ü"',
      genres: ['Drama', 'Film-Noir'],
      year: 2024,
      runtime_minutes: null,
      rating: 7.5,
    }),
    praise: reviewed(RATED, 'good', NOON, 'Bo "Quote"', 8),
    'unknown-six': given(UNKNOWN, 6, NOON),
  },
  {
    'nine-and-a-half': given(RATED, 9.5, NOON + 5 * MINUTE_MS - 1),
    three: given(RATED, 3, NOON + 5 * MINUTE_MS),
    'imdb-new': observed(OBSERVED, 'imdb', 8.25, 2000, NOON + 60 * MINUTE_MS, 12.345),
    'imdb-late': observed(OBSERVED, 'imdb', 1, 9, NOON - 1),
    // Comes after the dump was imported, and is older than what it says.
    'imdb-before-dump': observed(RATED, 'imdb', 2, 5000, NOON),
    'tmdb-beside': observed(OBSERVED, 'tmdb', 5, 3, NOON),
    'tmdb-alone': observed(EPISODE, 'tmdb', 6.5, 30, NOON, 3.25),
    // Three more of the same film that are older: two within an hour, and one of the day before.
    'tmdb-earlier': observed(EPISODE, 'tmdb', 6, 29, NOON - 1, 3),
    'tmdb-much-earlier': observed(EPISODE, 'tmdb', 6, 29, NOON - 30 * MINUTE_MS, 2.5),
    'tmdb-day-before': observed(EPISODE, 'tmdb', 6, 20, NOON - 24 * 60 * MINUTE_MS, 50.125),
    'episode-two': given(EPISODE, 2, NOON),
    'overruling-four': given(OVERRULED, 4, NOON),
    'imdb-without-votes': observed(UNWEIGHED, 'imdb', 9.9, 0, NOON),
    'tmdb-edit': changed(EDITED, 'tmdb', { title: 'TMDB Title', year: 2022, runtime_minutes: 95 }),
    'rating-edit': changed(EDITED, 'posted', { rating: 1 }),
    'year-taken-back': changed(POSTED, 'posted', { year: null }),
    'found-movie': added(FOUND, 'tmdb', {
      tconst: 'tt7654321',
      title: 'Found',
      genres: [],
      year: 1999,
      runtime_minutes: 90,
      rating: null,
    }),
    'unknown-edit': changed(UNKNOWN, 'posted', { title: 'Later' }),
    blame: reviewed(RATED, 'bad', NOON + 12.5 * 60 * MINUTE_MS),
    'no-opinion': reviewed(RATED, 'film', NOON + 59 * MINUTE_MS),
    'unknown-praise': reviewed(UNKNOWN, 'good', NOON),
    'found-link': linked(FOUND, 278),
    'unknown-link': linked(UNKNOWN, 279),
    'found-money': changedMore(FOUND, 'tmdb', {
      budget: { cents: 5_000_000_050, currency: 'USD' },
      revenue: null,
      keywords: ['heist', 'sea, "x"'],
    }),
    'posted-budget': changedMore(EDITED, 'posted', { budget: { cents: 100, currency: 'USD' }, revenue: null, keywords: [] }),
    'tmdb-money': changedMore(EDITED, 'tmdb', {
      budget: { cents: 200, currency: 'USD' },
      revenue: { cents: 7, currency: 'USD' },
      keywords: ['war'],
    }),
  },
];

export interface Place {
  readonly partition: string;
  readonly offset: number;
  readonly epoch: number;
  readonly appended_at_ms: number;
  readonly id: string;
}

const idOf = (name: string): string => name.replace('again:', '');
/** The first 32 bits of the key's SHA-256, modulo the six partitions of a topic. */
const partitionOf = ({ topic, key }: Told) => partitionId(topic, createHash('sha256').update(key).digest().readUInt32BE() % 6);

const recordOf = ([name, told]: readonly [string, Told]): NewRecord => ({
  partition: partitionOf(told),
  key: told.key,
  id: idOf(name),
  value: told.value,
});

export const LOG: LogContent = { nowMs: NOW_MS, appends: PARTS.map((part) => Object.entries(part).map(recordOf)) };

const ALL = PARTS.flatMap((part, at) => Object.entries(part).map(([name, told]) => ({ name, told, epoch: at + 1 })));

/** Where an event lies: offsets count the partition's earlier events and the barriers of the runs between. */
export const placeOf = (name: string): Place & { readonly at_ms: number } => {
  const at = ALL.findIndex((one) => one.name === name);
  const one = ALL[at];
  if (one === undefined) throw new Error(`no event is called ${name}`);
  const partition = partitionOf(one.told);
  const before = ALL.slice(0, at).filter(({ told }) => partitionOf(told) === partition).length;
  return { partition, offset: before + one.epoch - 1, epoch: one.epoch, appended_at_ms: NOW_MS, id: idOf(name), at_ms: one.told.at };
};
