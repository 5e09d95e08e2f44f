/**
 * Spans on their way to the collector. Invariants: nobody waits for it; at most so many spans wait, and what comes then is dropped; what became of each span
 * is counted.
 */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';

import type { SpanCounts } from './tracing.ts';

/** Some two megabytes. */
const MOST_WAITING = 2_000;
const MOST_IN_A_REQUEST = 500;
const DELAY_MS = 1_000;
/** More than the exporter takes, which gives up by itself: a batch is settled by what it says. */
const BATCH_TIMEOUT_MS = 30_000;

export interface SpanSender {
  readonly processor: SpanProcessor;
  counts(): SpanCounts;
  /** Spans that are neither sent nor given up. */
  waiting(): number;
}

export interface SenderOptions {
  readonly exporter: SpanExporter;
  /** Spans could not be sent; `undefined`: they can again. */
  readonly onTrouble: (reason: string | undefined) => void;
  readonly mostWaiting?: number;
}

/** The library's own processor says nowhere how many spans it dropped; this one hands it no more than it takes. */
export const sendSpans = ({ exporter, onTrouble, mostWaiting = MOST_WAITING }: SenderOptions): SpanSender => {
  let [waiting, sent, dropped, lost] = [0, 0, 0, 0];
  const settle = (count: number, { code, error }: ExportResult): void => {
    waiting -= count;
    const isSent = code === ExportResultCode.SUCCESS;
    if (isSent) sent += count;
    else lost += count;
    onTrouble(isSent ? undefined : (error?.message ?? 'the collector did not take them'));
  };
  const counting: SpanExporter = {
    export: (spans: ReadableSpan[], done) =>
      exporter.export(spans, (result) => {
        settle(spans.length, result);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
  const batches = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: mostWaiting,
    maxExportBatchSize: Math.min(MOST_IN_A_REQUEST, mostWaiting),
    scheduledDelayMillis: DELAY_MS,
    exportTimeoutMillis: BATCH_TIMEOUT_MS,
  });
  return {
    processor: {
      onStart: (span, parent) => batches.onStart(span, parent),
      onEnd: (span) => {
        if (waiting >= mostWaiting) {
          dropped += 1;
          return;
        }
        waiting += 1;
        batches.onEnd(span);
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown(),
    },
    counts: () => ({ sent, dropped, lost }),
    waiting: () => waiting,
  };
};
