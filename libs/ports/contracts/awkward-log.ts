/**
 * A log that answers as awkwardly as its port allows: with nothing although there is more, with one record at a time, and late. Servers do that when they
 * throttle, when a wait ends or when a leader moves. Whoever takes an empty answer for the end reads nothing of it.
 */
import { setImmediate } from 'node:timers/promises';
import { offsetAt } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';

export const awkwardLog = (log: EventLog): EventLog => ({
  ...log,
  async *range(partition, from, to, options) {
    yield [];
    for await (const records of log.range(partition, from, to, options))
      for (const record of records) {
        await setImmediate();
        yield [];
        yield [record];
      }
    yield [];
  },
  async *follow(from, signal) {
    const reached = { ...from };
    for await (const one of log.follow(from, signal)) {
      const { partition } = one;
      if ('fault' in one) {
        yield one;
        continue;
      }
      yield { partition, records: [], next: offsetAt(reached, partition) };
      for (const record of one.records) {
        await setImmediate();
        if (signal.aborted) return;
        yield { partition, records: [record], next: record.offset + 1 };
      }
      reached[partition] = one.next;
      yield { partition, records: [], next: one.next };
    }
  },
});
