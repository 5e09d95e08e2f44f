/**
 * What is new about a film, as events, and what is kept of it afterwards. Pure.
 *
 * Invariants:
 * - what was said last is not said again, so polling twice appends nothing;
 * - a title has one id of TMDB's and the reverse: what would break that is a dead letter that names both, and nothing of the film is taken;
 * - a film without an id of IMDb's waits until TMDB names one: a title's key follows from it and never changes.
 *
 * Ids: a review has TMDB's own. What may take an earlier value again (a field from A to B and back) carries the film's revision and a hash of what it says, so
 * that readers do not take the return for a duplicate.
 */
import { hash } from 'node:crypto';

import { type MovieEvent, titleIdOf, type Tconst } from '@rushes/domain';

import { type FilmFacts, type FilmFields, type Observation } from '../films/film-facts.ts';
import { addition, link, observed, type SaidOf } from '../films/film-said.ts';
import type { FilmRecord, KnownFields } from './film-record.ts';

export const TMDB_SOURCE = 'tmdb';

export interface FilmEvent {
  readonly id: string;
  readonly event: MovieEvent;
  /** Set for reviews. */
  readonly review?: string;
}

/** What goes to the dead letters. */
export interface Rejection {
  readonly reason: string;
  /** An event's text, or what came. */
  readonly text: string;
}

export interface FilmChange {
  readonly events: readonly FilmEvent[];
  readonly rejections: readonly Rejection[];
  readonly record: FilmRecord;
  readonly fate: 'said' | 'unchanged' | 'waiting' | 'adult' | 'conflict';
}

export interface FilmInputs {
  readonly known: FilmRecord;
  readonly facts: FilmFacts;
  /** The film of TMDB's that its title is linked to already, and what that one is called. */
  readonly claimed: { readonly id: number; readonly title: string } | undefined;
  /**
   * Set where a process died after it had appended, so that what was said last is uncertain and all is said anew: the highest revision that is in the log.
   */
  readonly doubt: number | undefined;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
const MOST_REVIEWS = 2_000;
const ID_DIGITS = 16;

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex').slice(0, ID_DIGITS);

/** What is shown where nothing was said: not worth an event. */
const UNSAID = { budget: null, revenue: null, keywords: [] };

const differing = (now: FilmFields, before: KnownFields | null): Partial<FilmFields> => {
  const said: Partial<FilmFields> = before === null ? {} : { ...UNSAID, ...before };
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(said[name as keyof FilmFields])), // as: a name of the type's
  );
};

/** Popularity moves all the time: alone it is worth an event a day. */
const isNews = (now: Observation, before: FilmRecord['observed'], nowMs: number): boolean =>
  before === null ||
  before.average !== now.average ||
  before.votes !== now.votes ||
  (before.popularity !== now.popularity && nowMs - before.atMs >= DAY_MS);

const saidOf = (tconst: Tconst, nowMs: number): SaidOf => ({ movie_id: titleIdOf(tconst), tconst, at: new Date(nowMs).toISOString() });

/** The event of what users of TMDB's think of a film, if it is news. @param revision of what is said now. */
export const observationEvent = (
  id: number,
  tconst: Tconst,
  { observation, revision, nowMs }: { readonly observation: Observation; readonly revision: number; readonly nowMs: number },
): FilmEvent => ({
  id: `${TMDB_SOURCE}/film/${id}/rating/${revision}-${digest(observation)}`,
  event: observed(saidOf(tconst, nowMs), observation),
});

const linkEvent = (id: number, tconst: Tconst, revision: number, nowMs: number): FilmEvent => ({
  id: `${TMDB_SOURCE}/film/${id}/link/${revision}-${tconst}`,
  event: link(saidOf(tconst, nowMs), id),
});

const fieldEvents = (tconst: Tconst, { known, facts, doubt, nowMs }: FilmInputs, revision: number): readonly FilmEvent[] => {
  const { id, fields } = facts;
  const [movie_id, at] = [titleIdOf(tconst), new Date(nowMs).toISOString()];
  const linked = linkEvent(id, tconst, revision, nowMs);
  const isInDoubt = doubt !== undefined;
  if (known.tconst === null && !isInDoubt) {
    return [{ id: `${TMDB_SOURCE}/film/${id}/added`, event: addition(saidOf(tconst, nowMs), fields) }, linked];
  }
  const { genres, keywords, ...others } = differing(fields, isInDoubt ? null : known.fields);
  const changes = {
    ...others,
    ...(genres !== undefined && { genres: [...genres] }),
    ...(keywords !== undefined && { keywords: [...keywords] }),
  };
  if (Object.keys(changes).length === 0) return [];
  const changed: FilmEvent = {
    id: `${TMDB_SOURCE}/film/${id}/fields/${revision}-${digest(changes)}`,
    event: { type: 'movie_changed', version: 2, payload: { movie_id, source: 'tmdb', at, changes } },
  };
  return isInDoubt ? [changed, linked] : [changed];
};

const REVISION = new RegExp(`^${TMDB_SOURCE}/film/(\\d+)/(?:[a-z]+/(\\d+)-)?`);

/** The films that these events are about, each with its highest revision among them. */
export const revisionsIn = (eventIds: Iterable<string>): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (const id of eventIds) {
    const [, film, revision = 0] = REVISION.exec(id) ?? [];
    if (film !== undefined) found.set(Number(film), Math.max(found.get(Number(film)) ?? 0, Number(revision)));
  }
  return found;
};

/** What is wrong with a link, if anything. */
const conflictOf = ({ known, facts, claimed }: FilmInputs): string | undefined => {
  const { id, tconst, fields } = facts;
  if (tconst === null) return undefined;
  const named = `film ${id} of TMDB (${JSON.stringify(fields.title)}) names ${tconst}`;
  if (claimed !== undefined && claimed.id !== id)
    return `${named}, which is linked to film ${claimed.id} of TMDB (${JSON.stringify(claimed.title)})`;
  if (known.tconst !== null && known.tconst !== tconst)
    return `${named}, but is linked to ${known.tconst} (${JSON.stringify(known.fields?.title ?? null)})`;
  return undefined;
};

/** Adds what was rejected, as long as it was not before: a dead letter is written once. */
export const rejecting = (record: FilmRecord, rejection: Rejection): { readonly record: FilmRecord; readonly isNew: boolean } => {
  const fingerprint = digest([rejection.reason]);
  if (record.rejected.includes(fingerprint)) return { record, isNew: false };
  return { record: { ...record, rejected: [...record.rejected, fingerprint].slice(-MOST_REVIEWS) }, isNew: true };
};

export const filmChange = (inputs: FilmInputs): FilmChange => {
  const { known, facts, doubt, nowMs } = inputs;
  const checked: FilmRecord = { ...known, checkedAtMs: nowMs };
  const nothing = (fate: FilmChange['fate']): FilmChange => ({ events: [], rejections: [], record: checked, fate });
  if (facts.isAdult) return nothing('adult');
  const conflict = conflictOf(inputs);
  if (conflict !== undefined && facts.tconst !== null) {
    const text = JSON.stringify(linkEvent(facts.id, facts.tconst, 0, nowMs).event);
    const { record, isNew } = rejecting(checked, { reason: conflict, text });
    return { events: [], rejections: isNew ? [{ reason: conflict, text }] : [], record, fate: 'conflict' };
  }
  const tconst = (known.tconst ?? facts.tconst) as Tconst | null; // as: checked when it was read
  if (tconst === null) return nothing('waiting');

  const revision = Math.max(known.revision, doubt ?? 0) + 1;
  const said = fieldEvents(tconst, inputs, revision);
  const { observation } = facts;
  const isObserved = doubt !== undefined || isNews(observation, known.observed, nowMs);
  const rating = isObserved ? [observationEvent(facts.id, tconst, { observation, revision, nowMs })] : [];
  const there = new Set(known.reviews);
  const reviews = facts.reviews
    .filter(({ id }) => !there.has(id))
    .map(({ id, ...review }): FilmEvent => ({
      id: `${TMDB_SOURCE}/film/${facts.id}/review/${id}`,
      review: id,
      event: { type: 'review_written', version: 1, payload: { movie_id: titleIdOf(tconst), ...review } },
    }));
  const events = [...said, ...rating, ...reviews];
  const record: FilmRecord = {
    ...checked,
    tconst,
    revision: said.length + rating.length > 0 ? revision : known.revision,
    fields: facts.fields,
    observed: isObserved ? { ...observation, atMs: nowMs } : known.observed,
    reviews: [...known.reviews, ...reviews.flatMap(({ review }) => review ?? [])].slice(-MOST_REVIEWS),
  };
  return { events, rejections: [], record, fate: events.length > 0 ? 'said' : 'unchanged' };
};
