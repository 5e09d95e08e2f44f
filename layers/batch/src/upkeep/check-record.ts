/**
 * When the stored data were last checked, and with what result, and when retention was last applied. It is kept in the lake, so that processes that share one, or live only for a run, check in
 * turn and not each for itself.
 */
import type { Lake } from '@rushes/lake';
import Type, { type Static } from 'typebox';

export type CheckName = 'audit' | 'verify';

/** What is done at most once in an interval, by whichever process comes first. */
export type RecordedTask = CheckName | 'retention';

const CheckRecord = Type.Object({
  /** When it ended, or when the interval to the first one began. */
  at: Type.String(),
  /** What was found; missing: it was never done yet. */
  found: Type.Optional(
    Type.Object({
      /** Differences, or damages. */
      faults: Type.Integer(),
      /** States, or objects and artefacts. */
      compared: Type.Integer(),
    }),
  ),
});
export type CheckRecord = Static<typeof CheckRecord>;

const keyOf = (name: RecordedTask): string => `upkeep/${name}.json`;

/** A record that cannot be read is as good as none: the next check makes it anew. */
export const readCheck = (lake: Lake, name: RecordedTask): Promise<CheckRecord | undefined> =>
  lake.readRemadeJson(keyOf(name), CheckRecord);

export const writeCheck = (lake: Lake, name: RecordedTask, record: CheckRecord): Promise<void> => lake.putJson(keyOf(name), record);

/**
 * When the next check is due, in milliseconds since 1970. Without a record the first interval begins now. A check in the future was recorded by a clock
 * that was ahead, and counts as long ago.
 */
export const nextCheckAt = (record: CheckRecord | undefined, intervalMs: number, nowMs: number): number => {
  if (record === undefined) return nowMs + intervalMs;
  const lastMs = Date.parse(record.at);
  return lastMs <= nowMs ? lastMs + intervalMs : nowMs;
};
