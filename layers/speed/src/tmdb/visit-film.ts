/** One film: asked for, read, compared with what is known, taken. */
import type { Tconst } from '@rushes/domain';

import type { TmdbApi } from './api.ts';
import { type FilmChange, filmChange, observationEvent, rejecting } from './film-events.ts';
import { type FilmFacts, type ListedFilm, readFilm, readReviews, UnfitAnswerError } from '../films/film-facts.ts';
import { type FilmRecord, NEW_FILM } from './film-record.ts';
import type { PollBatch } from './poll-batch.ts';
import type { TmdbState } from './tmdb-state.ts';

export interface VisitContext {
  readonly api: TmdbApi;
  readonly state: TmdbState;
  readonly batch: PollBatch;
  readonly language: string;
  readonly nowMs: () => number;
}

export type VisitFate = FilmChange['fate'] | 'missing' | 'unfit';

/** Pages of reviews that are read of a film; each is of 20. */
const MOST_REVIEW_PAGES = 25;

/** All its reviews: the first page came with the film. A page that is gone meanwhile ends it. */
const allReviews = async ({ api, language }: VisitContext, facts: FilmFacts, signal: AbortSignal): Promise<FilmFacts> => {
  const reviews = [...facts.reviews];
  for (let page = 2; page <= Math.min(facts.reviewPages + 1, MOST_REVIEW_PAGES); page++) {
    const answer = await api.get({ path: `movie/${facts.id}/reviews`, query: { language, page: String(page) } }, signal);
    if (answer.kind !== 'found') break;
    reviews.push(...readReviews(answer.value).reviews);
  }
  return { ...facts, reviews };
};

const claimedBy = async (state: TmdbState, tconst: string | null) => {
  const id = tconst === null ? undefined : await state.claimOf(tconst);
  return id === undefined ? undefined : { id, title: (await state.film(id))?.fields?.title ?? '?' };
};

/** @throws what the API throws: then nothing of the film was taken. */
export const visitFilm = async (context: VisitContext, id: number, signal: AbortSignal): Promise<VisitFate> => {
  const { api, state, batch, language } = context;
  const known: FilmRecord = (await state.film(id)) ?? NEW_FILM;
  const doubt = batch.doubt(id);
  const path = `movie/${id}`;
  const query = { append_to_response: 'external_ids,keywords,reviews', language };
  const answer = await api.get({ path, query, etag: doubt === undefined ? (known.etag ?? undefined) : undefined }, signal);
  const nowMs = context.nowMs();
  const address = `${api.location}${path}`;
  const keep = (record: FilmRecord): Promise<void> => batch.take(id, address, record, [], []);
  if (answer.kind === 'unchanged') {
    await keep({ ...known, checkedAtMs: nowMs });
    return 'unchanged';
  }
  if (answer.kind === 'missing') {
    // Of two films for one title TMDB deletes one: the title is free for the other then, whose link takes the place of this one.
    const { tconst } = known;
    if (tconst !== null && (await state.claimOf(tconst)) === id) await state.setClaim(tconst, undefined);
    await keep({ ...known, tconst: null, fields: null, observed: null, etag: null, checkedAtMs: nowMs });
    return 'missing';
  }
  const etag = answer.etag ?? null;
  let facts: FilmFacts;
  try {
    facts = readFilm(answer.value);
    if (facts.id !== id) throw new UnfitAnswerError(`id is ${facts.id}`);
    facts = await allReviews(context, facts, signal);
  } catch (error) {
    if (!(error instanceof UnfitAnswerError)) throw error;
    const rejection = { reason: `the answer about film ${id} of TMDB cannot be used: ${error.message}`, text: answer.text };
    const { record, isNew } = rejecting({ ...known, checkedAtMs: nowMs, etag }, rejection);
    await batch.take(id, address, record, [], isNew ? [rejection] : []);
    return 'unfit';
  }
  const claimed = await claimedBy(state, facts.tconst);
  const { events, rejections, record, fate } = filmChange({ known, facts, claimed, doubt, nowMs });
  if (record.tconst !== null && record.tconst !== known.tconst) await state.setClaim(record.tconst, id);
  // A conflict may be settled although this answer stays as it is.
  await batch.take(id, address, { ...record, etag: fate === 'conflict' ? null : etag }, events, rejections);
  return fate;
};

/** What a list says of a film that is linked already. `false`: nothing could be made of it, the film itself has to be asked for. */
export const takeListed = async ({ api, state, batch, nowMs }: VisitContext, film: ListedFilm): Promise<boolean> => {
  const known = await state.film(film.id);
  if (known === undefined || batch.doubt(film.id) !== undefined) return false;
  const { observation } = film;
  if (known.tconst === null || observation === undefined) return true;
  const { observed } = known;
  if (observed?.average === observation.average && observed.votes === observation.votes) return true;
  const [atMs, revision] = [nowMs(), known.revision + 1];
  const event = observationEvent(film.id, known.tconst as Tconst, { observation, revision, nowMs: atMs }); // as: checked when it was read
  await batch.take(film.id, api.location, { ...known, revision, observed: { ...observation, atMs } }, [event], []);
  return true;
};
