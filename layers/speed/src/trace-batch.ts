/**
 * Spans of projecting: one for a micro-batch that has an event whose trace is recorded, in a trace of its own, and one for each of these events, in the trace
 * that began with its request. They say which way events went and change nothing.
 */
import type { PartitionId } from '@rushes/domain';
import type { EventRecord, TraceContext } from '@rushes/ports';
import { inSpan, type Span, type Tracing } from '@rushes/runtime';

import type { MicroBatch } from './plan-batches.ts';

type TracedEvent = EventRecord & { readonly trace: TraceContext };

const begin = (
  tracing: Tracing,
  partition: PartitionId,
  batch: MicroBatch,
  events: readonly TracedEvent[],
): { readonly whole: Span | undefined; readonly each: readonly Span[] } => {
  const whole = tracing.start('project batch', {
    attributes: {
      'rushes.partition': partition,
      'rushes.offset.from': batch.from,
      'rushes.offset.to': batch.to,
      'rushes.records': batch.records.length,
      'rushes.epoch': batch.epoch,
    },
    links: events.map(({ trace }) => trace),
  });
  const links = whole === undefined ? [] : [whole.context];
  const each = events.flatMap(({ trace, offset }) => {
    const attributes = { 'rushes.partition': partition, 'rushes.offset': offset };
    return tracing.start('project', { kind: 'consumer', parent: trace, attributes, links }) ?? [];
  });
  return { whole, each };
};

/** Does the work of a micro-batch. Where none of its events has a trace that is recorded, it just does the work. */
export const traceBatch = async <Result>(
  tracing: Tracing | undefined,
  partition: PartitionId,
  batch: MicroBatch,
  work: () => Promise<Result>,
): Promise<Result> => {
  if (tracing === undefined) return work();
  const events = batch.records.filter(
    (record): record is TracedEvent => record.kind === 'event' && record.trace !== undefined && tracing.isRecorded(record.trace),
  );
  if (events.length === 0) return work();
  const { whole, each } = begin(tracing, partition, batch, events);
  try {
    return await inSpan(tracing, whole, work);
  } catch (error) {
    for (const span of each) span.fail(error instanceof Error ? error.name : 'Error');
    throw error;
  } finally {
    for (const span of each) span.end();
  }
};
