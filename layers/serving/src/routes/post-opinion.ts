/** `POST /movies/{id}/ratings` and `POST /movies/{id}/reviews`: what somebody thinks of a movie that is known. */
import { isTitleId, MAX_REVIEW_CHARACTERS } from '@rushes/domain';
import { Type } from 'typebox';

import { RatingBody, ReviewBody } from '../entrances/bodies.ts';
import type { AddEntrance, Admission, Admitted } from '../entrances/entrance-definition.ts';
import { notFound } from '../http/problem.ts';
import { ownKeyOf, TITLE_ID_SCHEMA } from '../answers/title-id.ts';

const params = Type.Object({ id: TITLE_ID_SCHEMA });

/** In UTF-8 a character takes four bytes at most; written as JSON's escapes, twelve. */
const ESCAPED_CHARACTER_BYTES = 12;
const REVIEW_BYTES = MAX_REVIEW_CHARACTERS * ESCAPED_CHARACTER_BYTES + 8 * 1024;

const UNKNOWN = { 404: 'There is no title with this id.' };

const unknownTitle = (id: string) =>
  notFound(`There is no title with the id ${id}. One that was just posted is there when answers reach its position.`);

/** An id of TMDB's is still here only if no title is linked to it. */
const movieKeyOf = (id: string): string => {
  const key = ownKeyOf(id);
  if (key === undefined || !isTitleId(key)) throw unknownTitle(id);
  return key;
};

/** Only a title that answers show has a page where its ratings and reviews appear. */
const admitKnown = async ({ snapshot, posted }: Admission): Promise<Admitted> => {
  const id = posted.event.payload.movie_id;
  if ((await snapshot.views.titles.get(id, {})) === undefined) throw unknownTitle(posted.askedId ?? id);
  return { takeBack: async () => {} };
};

export const addPostOpinions = (add: AddEntrance): void => {
  add({
    url: '/movies/:id/ratings',
    operation: 'postRating',
    summary: 'Rate a movie',
    description: "Counts once beside IMDb's votes.",
    params,
    body: RatingBody,
    problems: UNKNOWN,
    read: ({ id }, { score, user = null, at }, { at: now }) => {
      const movie_id = movieKeyOf(id);
      return {
        event: { type: 'rating_given', version: 1, payload: { movie_id, score, user, at: at ?? now } },
        path: `/movies/${movie_id}/ratings`,
        askedId: id,
      };
    },
    admit: admitKnown,
  });
  add({
    url: '/movies/:id/reviews',
    operation: 'postReview',
    summary: 'Review a movie',
    description: 'Its sentiment is computed from the text. Its score does not count as a rating.',
    params,
    body: ReviewBody,
    bodyLimitBytes: REVIEW_BYTES,
    largeField: 'text',
    problems: UNKNOWN,
    read: ({ id }, { text, author = null, score = null, at }, { at: now }) => {
      const movie_id = movieKeyOf(id);
      return {
        event: { type: 'review_written', version: 1, payload: { movie_id, text, author, score, at: at ?? now } },
        path: `/movies/${movie_id}/reviews`,
        askedId: id,
      };
    },
    admit: admitKnown,
  });
};
