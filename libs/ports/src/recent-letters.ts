import { DEAD_LETTERS } from '@rushes/domain';

import { boundsAt, type EventLog } from './event-log.ts';

const RECENT_MS = 3_600_000;
/** Who looks wants to know whether there are any, and about how many. */
const MOST_LOOKED_AT = 1_000;

/**
 * Dead letters that came in the last hour: of very many, those among the last thousand records. A letter's id is its key; the mark of one that was tried again
 * has another.
 */
export const countRecentLetters = async (log: Pick<EventLog, 'bounds' | 'offsetsAtTime' | 'range'>, nowMs: number): Promise<number> => {
  const [bounds, since] = await Promise.all([log.bounds(), log.offsetsAtTime({ [DEAD_LETTERS]: nowMs - RECENT_MS })]);
  const { earliest, next } = boundsAt(bounds, DEAD_LETTERS);
  const from = Math.max(earliest, since[DEAD_LETTERS] ?? next, next - MOST_LOOKED_AT);
  let letters = 0;
  for await (const records of log.range(DEAD_LETTERS, from, next))
    letters += records.filter((record) => record.kind === 'event' && record.id === record.key).length;
  return letters;
};
