/** `POST /movies`: a movie that becomes known by being posted. */
import { type Amount, eventText, isTconst, type MovieEvent, partitionOf, type Tconst, titleIdOf, topicOfEvent } from '@rushes/domain';
import type { EventRecord } from '@rushes/ports';
import { type Static, Type } from 'typebox';

import { CENTS_PER_DOLLAR, IMDB_LINK, MovieBody } from '../entrances/bodies.ts';
import { findEarlierEvent } from '../entrances/earlier-event.ts';
import type { AddEntrance } from '../entrances/entrance-definition.ts';
import { type Receipt, reusedKey } from '../entrances/receipts.ts';
import { movieIdOf } from '../entrances/request-ids.ts';
import { Problem } from '../http/problem.ts';

const LINK = new RegExp(IMDB_LINK);

const tconstOf = (link: string | null | undefined): Tconst | null => {
  const tconst = LINK.exec(link ?? '')?.[1] ?? '';
  return isTconst(tconst) ? tconst : null;
};

type Body = Static<typeof MovieBody>;

const amountOf = (dollars: number | null): Amount | null =>
  dollars === null ? null : { cents: dollars * CENTS_PER_DOLLAR, currency: 'USD' };

/** What only version 2 can say, if the body says any of it. */
const moreOf = ({ budget = null, revenue = null, keywords = [] }: Body) =>
  budget === null && revenue === null && keywords.length === 0
    ? undefined
    : { budget: amountOf(budget), revenue: amountOf(revenue), keywords };

const conflict = (movieId: string, tconst: string): Problem =>
  new Problem(409, `${tconst} is known already: it is the movie ${movieId}.`, {
    headers: { location: `/movies/${movieId}` },
    errors: [{ in: 'body', name: 'imdb_link', detail: `is that of the movie ${movieId}` }],
  });

/** An event without the time at which it was posted: what a retry says again. */
const withoutTime = (text: string): string => {
  const { payload, ...rest } = JSON.parse(text) as MovieEvent; // as: written by this service
  return JSON.stringify({ ...rest, payload: { ...payload, at: null } });
};

const receiptOf = ({ id, key, offset, appendedAtMs }: EventRecord, partition: string): Receipt => ({
  eventId: id,
  movieId: key,
  position: { [partition]: offset + 1 },
  appendedAtMs,
});

export const addPostMovie = (add: AddEntrance): void => {
  add({
    url: '/movies',
    operation: 'postMovie',
    summary: 'Add a movie',
    description:
      "Adds a movie. With `imdb_link` its id follows from IMDb's, so that IMDb's data will be the same movie's; a movie that is known already is refused with 409 and its id.",
    params: Type.Object({}),
    body: MovieBody,
    problems: { 409: 'A movie with this `imdb_link` is known already; `Location` names it.' },
    read: (_params, body, { at, identity, newId }) => {
      const tconst = tconstOf(body.imdb_link);
      const { title, genres = [], year = null, runtime_minutes = null, rating = null } = body;
      const movie_id = tconst === null ? movieIdOf(identity, newId) : titleIdOf(tconst);
      const payload = { movie_id, tconst, source: 'posted' as const, at, title, genres, year, runtime_minutes, rating };
      const more = moreOf(body);
      // The lowest version that says it: a retry of a request that was here before there was another one says the same.
      const event: MovieEvent =
        more === undefined
          ? { type: 'movie_added', version: 1, payload }
          : { type: 'movie_added', version: 2, payload: { ...payload, ...more } };
      return { event, path: '/movies' };
    },
    admit: async ({ snapshot, log, receipts, posted: { event }, eventId, idempotencyKey, waited }) => {
      const { movie_id: movieId } = event.payload;
      const tconst = 'tconst' in event.payload ? event.payload.tconst : null;
      if (tconst === null) return { takeBack: async () => {} };
      // Another request posts it, or has just done so: answers need not show it yet.
      const takeBack = await receipts.claimMovie(movieId, eventId, waited);
      if (takeBack === undefined) throw conflict(movieId, tconst);
      try {
        if ((await snapshot.views.titles.get(movieId, {})) === undefined) return { takeBack };
        // Perhaps it is known because this very request was here before.
        const partition = partitionOf(topicOfEvent(event.type), movieId);
        const earlier = idempotencyKey === undefined ? undefined : await findEarlierEvent(log, partition, eventId);
        if (earlier === undefined) throw conflict(movieId, tconst);
        if (withoutTime(earlier.value) !== withoutTime(eventText(event))) throw reusedKey();
        return { earlier: receiptOf(earlier, partition) };
      } catch (error) {
        await takeBack();
        throw error;
      }
    },
  });
};
