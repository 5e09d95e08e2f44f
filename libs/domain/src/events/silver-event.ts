/**
 * The one judgment of an event, for every layer: a record's text becomes a typed row, or a reason why not. Pure: the same record gives the same
 * result wherever and whenever it is read. Scores become tenths of points, averages thousandths, sentiment ten-thousandths: state is exact.
 */
import { hash } from 'node:crypto';

import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import Value from 'typebox/value';

import { SENTIMENT_VERSION, classify, scoreSentiment } from '../sentiment/index.ts';
import { isTconst, titleIdOf } from '../ids.ts';
import { EVENT_SCHEMAS, type EventType, type FieldSource, type MovieEvent, payloadSchema } from './event-schemas.ts';
import { FIELD_COLUMNS, type FieldCells, fieldCells, type MovieFields } from './movie-fields.ts';
import type { Topic } from './topics.ts';
import { unusableReason } from './unusable.ts';

/** The columns of fields: with another one, typed events of before lack it. */
const COLUMNS_VERSION = hash('sha256', JSON.stringify(Object.values(FIELD_COLUMNS)), 'hex').slice(0, 8);

/** Changes when any record would be judged or typed otherwise: what is derived from events is built anew then. */
export const SILVER_EVENT_VERSION = `4.${SENTIMENT_VERSION}.${COLUMNS_VERSION}`;

/** A clock may run ahead by this much; what claims to be of a later time is refused. */
const MAX_AHEAD_MS = 24 * 3_600_000;
const MAX_FAULTS = 3;

/** What a record's topic, key and time add to its text. */
export interface RecordContext {
  readonly topic: Topic;
  readonly key: string;
  readonly appendedAtMs: number;
}

interface SilverBase {
  readonly type: EventType;
  readonly movie_id: string;
  /** Event time. */
  readonly at_ms: number;
}

export type MetadataRow = SilverBase &
  FieldCells & {
    readonly source: FieldSource;
    readonly tconst: string | null;
    readonly tmdb_id: number | null;
  };

export interface RatingRow extends SilverBase {
  readonly user: string | null;
  readonly score_tenths: number | null;
  readonly source: 'imdb' | 'tmdb' | null;
  readonly average_e3: number | null;
  readonly votes: number | null;
  readonly popularity_e3: number | null;
}

export interface ReviewRow extends SilverBase {
  readonly text: string;
  readonly author: string | null;
  readonly score_tenths: number | null;
  readonly compound_e4: number;
  readonly positive: boolean;
  readonly neutral: boolean;
  readonly negative: boolean;
}

export type SilverRow = MetadataRow | RatingRow | ReviewRow;

export type Judgment = { readonly row: SilverRow; readonly event: MovieEvent } | { readonly fault: string };

const tenths = (points: number | null): number | null => (points === null ? null : Math.round(points * 10));
const thousandths = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000));

const metadataRow = (
  type: 'movie_added' | 'movie_changed' | 'movie_linked',
  payload: { readonly movie_id: string; readonly source: FieldSource },
  tconst: string | null,
  at: number,
  fields: Partial<MovieFields>,
): MetadataRow => ({ type, movie_id: payload.movie_id, at_ms: at, source: payload.source, tconst, tmdb_id: null, ...fieldCells(fields) });

/**
 * Whether the id is the one that follows from IMDb's. A film that says another's would be two titles with one id of IMDb's: it is kept under its own id,
 * without the other's.
 */
export const fitsTconst = (movieId: string, tconst: string | null): boolean =>
  tconst === null || (isTconst(tconst) && titleIdOf(tconst) === movieId);

const NO_OBSERVATION = { source: null, average_e3: null, votes: null, popularity_e3: null };

const rowOf = (event: MovieEvent, at: number): SilverRow => {
  switch (event.type) {
    case 'movie_added': {
      const { movie_id, tconst } = event.payload;
      return metadataRow(event.type, event.payload, fitsTconst(movie_id, tconst) ? tconst : null, at, event.payload);
    }
    case 'movie_changed':
      return metadataRow(event.type, event.payload, null, at, event.payload.changes);
    case 'movie_linked':
      return { ...metadataRow(event.type, event.payload, null, at, {}), tmdb_id: event.payload.tmdb_id };
    case 'rating_given': {
      const { movie_id, user, score } = event.payload;
      return { type: event.type, movie_id, at_ms: at, user, score_tenths: Math.round(score * 10), ...NO_OBSERVATION };
    }
    case 'rating_observed': {
      const { movie_id, source, average, votes, popularity } = event.payload;
      const observation = { source, average_e3: thousandths(average), votes, popularity_e3: thousandths(popularity) };
      return { type: event.type, movie_id, at_ms: at, user: null, score_tenths: null, ...observation };
    }
    case 'review_written': {
      const { movie_id, text, author, score } = event.payload;
      const { compoundE4 } = scoreSentiment(text);
      const kind = classify(compoundE4);
      return {
        type: event.type,
        movie_id,
        at_ms: at,
        text,
        author,
        score_tenths: tenths(score),
        compound_e4: compoundE4,
        positive: kind === 'positive',
        neutral: kind === 'neutral',
        negative: kind === 'negative',
      };
    }
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Half a surrogate pair is no character: stores would keep something else. */
const isWellFormed = (value: unknown): boolean =>
  typeof value === 'string' ? value.isWellFormed() : !isRecord(value) || Object.values(value).every(isWellFormed);

/** Each schema's check, compiled when the first event of it comes. */
const checks = new WeakMap<TSchema, (value: unknown) => boolean>();
const isOf = (schema: TSchema, value: unknown): boolean => {
  let check = checks.get(schema);
  if (check === undefined) {
    const compiled = Compile(schema);
    checks.set(schema, (check = (one) => compiled.Check(one)));
  }
  return check(value);
};

/** The payload's faults against its schema, or what else is wrong with the event's form. */
const formFault = (value: unknown): string | undefined => {
  if (!isRecord(value)) return 'the text is not a JSON object';
  const { type, version, payload } = value;
  const reason = unusableReason(value);
  if (reason !== undefined) return reason;
  if (typeof type !== 'string' || !Object.hasOwn(EVENT_SCHEMAS, type)) return `unknown event type ${JSON.stringify(type)}`;
  const schema = payloadSchema(type, version);
  if (schema === undefined) return `unknown version ${JSON.stringify(version)} of ${type}`;
  if (isOf(schema, payload)) return isWellFormed(payload) ? undefined : `${type}: a text has half of a surrogate pair`;
  const faults = Value.Errors(schema, payload).slice(0, MAX_FAULTS);
  return `${type}: ${faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')}`;
};

/** @param text the record's value as it lies in the log. Never throws. */
export const judgeEvent = (text: string, context: RecordContext): Judgment => {
  const value = parse(text);
  const fault = formFault(value);
  if (fault !== undefined) return { fault };
  const event = value as MovieEvent; // as: checked against the type's schema
  if (EVENT_SCHEMAS[event.type].topic !== context.topic) return { fault: `${event.type} does not belong to ${context.topic}` };
  if (event.payload.movie_id !== context.key)
    return { fault: `the record's key ${context.key} is not the movie ${event.payload.movie_id}` };
  const at = Date.parse(event.payload.at);
  if (!Number.isFinite(at)) return { fault: `${event.type}: at is not a time: ${event.payload.at}` };
  if (at > context.appendedAtMs + MAX_AHEAD_MS) return { fault: `${event.type}: at lies in the future: ${event.payload.at}` };
  return { row: rowOf(event, at), event };
};
