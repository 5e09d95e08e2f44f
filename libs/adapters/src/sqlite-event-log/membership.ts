import type { Membership } from '@rushes/ports';
import type { LogFile } from './database.ts';
import { type OwnClock, unlessAhead } from './own-clock.ts';
import { sessionsIn } from './sessions.ts';

/**
 * A member's stay in a group. One whose lease ran out joins anew when it renews, as one that owned nothing. One whose name another process has
 * joined with since then owns nothing any more.
 */
export const joiner = (file: LogFile, clock: OwnClock): ((group: string, member: string, leaseMs: number) => Promise<Membership>) => {
  const sessions = sessionsIn(file);
  const change = async <Result>(group: string, work: (nowMs: number) => Result): Promise<Result> => {
    const changed = clock.guard((nowMs) => {
      sessions.expire(group, nowMs);
      const result = work(nowMs);
      sessions.redivide(group);
      return result;
    });
    return unlessAhead(await file.writing(changed));
  };

  return async (group, member, leaseMs) => {
    if (!Number.isSafeInteger(leaseMs) || leaseMs < 1) throw new RangeError(`a lease is a positive number of milliseconds, not ${leaseMs}`);
    let session = await change(group, (nowMs) => sessions.begin(group, member, leaseMs, nowMs));
    let hasLeft = false;
    return {
      renew: async () => {
        if (hasLeft) return [];
        session = await change(group, (nowMs) => {
          const current = sessions.find(group, member);
          if (current === undefined) return sessions.begin(group, member, leaseMs, nowMs);
          if (current === session) sessions.renew(session, nowMs);
          return session;
        });
        return file.reading(() => sessions.owned(group, session));
      },
      leave: async () => {
        hasLeft = true;
        await change(group, () => sessions.end(session));
      },
    };
  };
};
