import { count, sum, topLatest } from '../measures/index.ts';
import { DAY_MS, FIVE_MINUTES_MS, HOUR_MS } from './buckets.ts';
import { keyedView } from './keyed-view.ts';

const WRITTEN = { type: 'review_written' };

/** So many of a movie's last reviews are kept with their texts. */
const LATEST_REVIEWS = 5;

const sentiment = () => ({
  count: count(WRITTEN),
  compound_e4: sum('compound_e4', WRITTEN),
  positive: count({ ...WRITTEN, positive: true }),
  neutral: count({ ...WRITTEN, neutral: true }),
  negative: count({ ...WRITTEN, negative: true }),
});

const reviewBuckets = (name: string, bucketMs: number) => keyedView({ name, events: ['review_written'], bucketMs, measures: sentiment() });

/** Reviews and their sentiment by event time: for windows of up to a day, of up to a week, and longer ones. */
export const reviewsByFiveMinutes = reviewBuckets('reviews_by_5m', FIVE_MINUTES_MS);
export const reviewsByHour = reviewBuckets('reviews_by_hour', HOUR_MS);
export const reviewsByDay = reviewBuckets('reviews_by_day', DAY_MS);

/** All reviews of a movie, and the last ones themselves. */
export const movieReviews = keyedView({
  name: 'movie_reviews',
  events: ['review_written'],
  measures: {
    ...sentiment(),
    latest: topLatest(LATEST_REVIEWS, { text: 'VARCHAR', author: 'VARCHAR', score_tenths: 'BIGINT', compound_e4: 'BIGINT' }, WRITTEN),
  },
});
