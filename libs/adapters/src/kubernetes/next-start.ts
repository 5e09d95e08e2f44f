/** When a CronJob starts its next run. */
import { Cron } from 'croner';

/** `undefined` if the schedule is of a form that is not known here. */
export const nextStart = (schedule: string, timeZone: string | undefined, after: Date): Date | undefined => {
  try {
    // Without a time zone it is that of the cluster's controller manager, which nobody tells: UTC as a rule.
    return new Cron(schedule, { paused: true, timezone: timeZone ?? 'Etc/UTC' }).nextRun(after) ?? undefined;
  } catch {
    return undefined;
  }
};
