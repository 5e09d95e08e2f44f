/** Made-up events, the same for the same seed: ratings, reviews and changes of movies, each movie as likely as any other. */
import { eventText, type MovieEvent, partitionOf, topicOfEvent } from '@rushes/domain';
import type { NewRecord } from '@rushes/ports';

import { createRandom, type Random } from '../../libs/sources/src/synthetic/random.ts';

/** Of a hundred events; the rest are ratings. */
const REVIEWS_PERCENT = 15;
const CHANGES_PERCENT = 5;

const OPENINGS = ['A wonderful film', 'A terrible bore', 'Not bad at all', 'I expected more', 'Beautifully shot', 'What a mess'] as const;
const REMARKS = [
  'the leading actress is brilliant, and the score stays with you for days.',
  'the plot makes no sense whatsoever, and the ending is an insult!',
  'it drags in the middle, but the last half hour is great fun :)',
  'one watches it once and forgets it; the dialog is awful.',
  'the best thing this director has done so far, moving and funny.',
  'nice pictures, weak script, and far too long.',
] as const;

const reviewText = (random: Random): string => `${random.pick(OPENINGS)}: ${random.pick(REMARKS)} And ${random.pick(REMARKS)}`;

type Kind = 'rating' | 'review' | 'change';

const kindOf = (percent: number): Kind =>
  percent < CHANGES_PERCENT ? 'change' : percent < CHANGES_PERCENT + REVIEWS_PERCENT ? 'review' : 'rating';

const eventOf = (random: Random, kind: Kind, movie_id: string, at: string): MovieEvent => {
  const score = 1 + random.below(19) / 2;
  switch (kind) {
    case 'rating':
      return { type: 'rating_given', version: 1, payload: { movie_id, score, user: `user-${random.below(100_000)}`, at } };
    case 'review':
      return { type: 'review_written', version: 1, payload: { movie_id, text: reviewText(random), author: null, score, at } };
    case 'change':
      return {
        type: 'movie_changed',
        version: 1,
        payload: { movie_id, source: 'tmdb', at, changes: { runtime_minutes: 60 + random.below(120) } },
      };
  }
};

export interface EventMaker {
  /** An event about one of the movies. */
  next(atMs: number): NewRecord;
  /** An event of this kind about this movie. */
  about(movie: string, kind: Kind, atMs: number): NewRecord;
}

export const makeEvents = (movies: readonly string[], seed: string): EventMaker => {
  const random = createRandom(seed);
  let made = 0;
  const about = (movie: string, kind: Kind, atMs: number): NewRecord => {
    const event = eventOf(random, kind, movie, new Date(atMs).toISOString());
    return { partition: partitionOf(topicOfEvent(event.type), movie), key: movie, id: `${seed}-${(made += 1)}`, value: eventText(event) };
  };
  return {
    about,
    next(atMs) {
      const movie = movies[random.below(movies.length)];
      if (movie === undefined) throw new Error('there are no movies to make events of');
      return about(movie, kindOf(random.below(100)), atMs);
    },
  };
};
