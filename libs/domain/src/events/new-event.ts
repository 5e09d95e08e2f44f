/**
 * What may enter the log, for every entrance: requests, replays, and dead letters that are tried again. Stricter than the judgment of what lies there
 * already, which never changes: records that an earlier version let in are read as they always were.
 */
import { readInstant } from '../instant.ts';
import type { MovieEvent } from './event-schemas.ts';
import { fitsTconst, judgeEvent, type Judgment, type RecordContext } from './silver-event.ts';

/** The least average that votes from 1 to 10 can have: what `title.ratings` with less is refused for too. */
const LEAST_AVERAGE = 1;

const faultOf = ({ type, payload }: MovieEvent): string | undefined => {
  if (readInstant(payload.at) === undefined) return `${type}: at is no instant of the calendar: ${payload.at}`;
  if (type === 'movie_added' && !fitsTconst(payload.movie_id, payload.tconst))
    return `${type}: movie_id is ${payload.movie_id}, but what follows from ${payload.tconst} is another id`;
  if (type === 'rating_observed' && payload.source === 'imdb' && payload.votes > 0 && payload.average < LEAST_AVERAGE)
    return `${type}: an average of ${payload.average} cannot come from votes of 1 to 10`;
  return undefined;
};

/** @param text the event as it would lie in the log. Never throws. */
export const judgeNewEvent = (text: string, context: RecordContext): Judgment => {
  const judged = judgeEvent(text, context);
  const fault = 'fault' in judged ? undefined : faultOf(judged.event);
  return fault === undefined ? judged : { fault };
};
