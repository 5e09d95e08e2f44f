/** Events that come late, as they come. The batch layer's ledger has them with what they moved. */
import { type EventRow, LATE_RULES, lateByMs } from '@rushes/views';

import type { JudgedEvent } from './fold-batch.ts';

const RULES = LATE_RULES.filter(({ kind }) => kind === 'bucket');

/** Topics whose events can be late for a bucket. */
export const BUCKETED_TOPICS = [...new Set(RULES.map(({ view }) => view.topic))];

/** By how many milliseconds an event missed the first of its buckets to end; `undefined` if all of them were open. Whether an observation comes behind a newer one is not looked at. */
export const lateForBuckets = ({ silver, appendedAtMs }: JudgedEvent): number | undefined => {
  const row = silver as unknown as EventRow; // as: silver rows hold cells alone
  const late = RULES.flatMap((rule) => lateByMs(rule, row, appendedAtMs, () => undefined) ?? []);
  return late.length === 0 ? undefined : Math.max(...late);
};
