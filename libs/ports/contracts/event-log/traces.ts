import type { EventLog, LogRecord, NewRecord } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { readLog } from '../read-log.ts';
import { newRecord, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const STATE = 'one=1,other=2';

const RECORDS: readonly NewRecord[] = [
  newRecord(RATINGS, 'none'),
  { ...newRecord(RATINGS, 'parent'), trace: { traceparent: PARENT } },
  { ...newRecord(RATINGS, 'parent and state'), trace: { traceparent: PARENT, tracestate: STATE } },
];
const TRACES = [undefined, { traceparent: PARENT }, { traceparent: PARENT, tracestate: STATE }];

const followed = async (log: EventLog): Promise<readonly LogRecord[]> => {
  const found: LogRecord[] = [];
  const stop = new AbortController();
  for await (const one of log.follow({ [RATINGS]: 0 }, stop.signal)) {
    if ('fault' in one) throw one.fault;
    found.push(...one.records);
    if (found.filter(({ kind }) => kind === 'event').length >= RECORDS.length) stop.abort();
  }
  return found;
};

const tracesOf = (records: readonly LogRecord[]) =>
  records.flatMap((record): (NewRecord['trace'] | undefined)[] => (record.kind === 'event' ? [record.trace] : []));
const withoutTraces = (records: readonly LogRecord[]): readonly LogRecord[] =>
  records.map((record) => {
    if (record.kind === 'barrier') return record;
    const { trace: _, ...rest } = record;
    return rest;
  });

export const traceTests = (open: OpenEventLog): void => {
  describe('traces', () => {
    const given = logForEach(open);

    test('who follows is told where records stand in traces, if both sides trace; nobody else is, and records are the same', async () => {
      const traced = await given.opened.reopen({ traces: true });
      await traced.append(RECORDS);
      await traced.appendBarrier(1);
      const plain = await followed(given.log);
      expect(tracesOf(plain)).toEqual([undefined, undefined, undefined]);
      for (const log of [traced, await given.opened.reopen({ traces: true })]) {
        const found = await followed(log);
        expect(tracesOf(found)).toEqual(TRACES);
        expect(withoutTraces(found).slice(0, 3)).toEqual(plain.slice(0, 3));
        expect(await readLog(log, RATINGS)).toEqual(await readLog(given.log, RATINGS));
      }
    });

    test('what was appended without tracing says nothing of traces', async () => {
      await given.log.append(RECORDS);
      expect(tracesOf(await followed(await given.opened.reopen({ traces: true })))).toEqual([undefined, undefined, undefined]);
    });
  });
};
