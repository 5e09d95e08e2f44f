/**
 * Projects one partition for as long as this process owns it. A fault of the machinery rests the partition and is tried again, with a new writer, since the
 * store's progress is the truth: it tells also what became of a write that nobody knows the outcome of. An event is never skipped.
 */
import type { PartitionId } from '@rushes/domain';
import { explainError, type Logger } from '@rushes/runtime';

import { FencedError, openPartitionWriter, type PartitionWriter, type WriterContext } from './partition-writer.ts';
import type { Sleep } from './run-membership.ts';
import type { SpeedMetrics } from './speed-metrics.ts';

export interface ProjectionContext extends WriterContext {
  readonly logger: Logger;
  readonly metrics: SpeedMetrics | undefined;
  readonly sleep: Sleep;
  /** The writer that is at work, or none while one is being opened. */
  readonly onWriter: (writer: PartitionWriter | undefined) => void;
}

/** Ends when the signal aborts, or when another member has the partition. */
export const projectPartition = async (
  context: ProjectionContext,
  partition: PartitionId,
  fence: number,
): Promise<'aborted' | 'fenced'> => {
  const { logger, metrics, signal, options, onWriter } = context;
  let writer: PartitionWriter | undefined;
  let restMs = options.firstRetryMs;
  const dropWriter = (): void => {
    writer?.close();
    writer = undefined;
    onWriter(undefined);
  };
  while (!signal.aborted) {
    try {
      if (writer === undefined) onWriter((writer = await openPartitionWriter(context, partition, fence)));
      const done = await writer.step();
      restMs = options.firstRetryMs;
      if (done) metrics?.progressed(partition, done, context.nowMs());
    } catch (err) {
      dropWriter();
      if (signal.aborted) break;
      if (err instanceof FencedError) return 'fenced';
      metrics?.failed(partition);
      const { message, hint } = explainError(err);
      logger.error({ err, partition, hint, retry_in_ms: restMs }, `projecting ${partition} failed: ${message}`);
      await context.sleep(restMs, signal);
      restMs = Math.min(restMs * 2, options.maxRetryMs);
    }
  }
  dropWriter();
  return 'aborted';
};
