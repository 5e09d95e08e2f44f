import { Counter, type Registry } from '../metrics.ts';
import type { Tracing } from './tracing.ts';

const SPANS = 'rushes_spans_total';

/** Counts what became of spans, where something is traced. Layers that share a process share a registry: the first of them registers it. */
export const countSpans = (registry: Registry, tracing: Tracing | undefined): void => {
  if (tracing === undefined || registry.getSingleMetric(SPANS) !== undefined) return;
  registry.registerMetric(
    new Counter({
      name: SPANS,
      help: 'Spans that ended: sent to the collector, dropped because too many waited, or lost because it was away or refused them.',
      labelNames: ['outcome'],
      registers: [],
      collect() {
        this.reset();
        for (const [outcome, count] of Object.entries(tracing.counts())) this.inc({ outcome }, count);
      },
    }),
  );
};
