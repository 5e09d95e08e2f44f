/**
 * Spans of an event on its way into answers: `append`, which goes with the record into the log, and `visible`, from then until the answers of this process show
 * it. The span between them, `project`, is the speed layer's.
 */
import type { OffsetVector, PartitionId } from '@rushes/domain';
import type { Appended, TraceContext } from '@rushes/ports';
import { inSpan, type Span, type Tracing } from '@rushes/runtime';

import type { PositionWaits } from './position-waits.ts';

/** So many events at once are waited for; of more, `visible` is left out. */
const MOST_WATCHED = 1_000;
/** After so long `visible` ends as a failed span. */
const LONGEST_MS = 60_000;

export interface EventSpans {
  /** Does the append of one event for a request with this span. */
  append(
    request: Span | undefined,
    partition: PartitionId,
    type: string,
    work: (trace: TraceContext | undefined) => Promise<Appended>,
  ): Promise<Appended>;
}

export const traceEvents = (tracing: Tracing | undefined, waits: Pick<PositionWaits, 'until'>): EventSpans => {
  let watched = 0;
  const watch = (by: Tracing, parent: Span, { partition, offset }: Appended): void => {
    if (watched >= MOST_WATCHED) return;
    const span = by.start('visible', { parent, attributes: { 'rushes.partition': partition, 'rushes.offset': offset } });
    if (span === undefined) return;
    watched += 1;
    const position: OffsetVector = { [partition]: offset + 1 };
    void waits.until(position, LONGEST_MS).then((isShown) => {
      watched -= 1;
      if (!isShown) span.fail('not_shown');
      span.end();
    });
  };
  return {
    async append(request, partition, type, work) {
      if (tracing === undefined || request === undefined) return work(undefined);
      const attributes = { 'rushes.partition': partition, 'rushes.event.type': type };
      const span = tracing.start('append', { kind: 'producer', parent: request, attributes });
      const appended = await inSpan(tracing, span, async () => {
        const done = await work(span?.context);
        span?.set({ 'rushes.offset': done.offset });
        return done;
      });
      if (span !== undefined) watch(tracing, span, appended);
      return appended;
    },
  };
};
