import { collectDefaultMetrics, Gauge, type MetricObjectWithValues, type MetricValue, Registry } from '@prometheus-io/client';

export { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** A registry of its own with the process's default metrics. Nothing is global: two applications in one process do not meet. */
export const createMetrics = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
};

/** What a registry holds, as plain data. */
export type MeasuredMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What several registries hold as one: each metric by its own `aggregator`, a sum unless it says otherwise. */
export const mergeMetrics = (measured: readonly MeasuredMetrics[]): Registry => Registry.aggregate(measured.map((metrics) => [...metrics]));

const LAST_PUBLISHED = 'rushes_batch_last_published_timestamp_seconds';

/**
 * Measures when a run last published, as the store says at each scrape: right after a restart, and in any process. Layers that share a process share a
 * registry: the first of them registers it. Where the store cannot be read, the time that was read last stands.
 */
export const gaugeLastPublished = (registry: Registry, read: () => Promise<Date | undefined>): void => {
  if (registry.getSingleMetric(LAST_PUBLISHED) !== undefined) return;
  let lastS = 0;
  registry.registerMetric(
    new Gauge({
      name: LAST_PUBLISHED,
      help: 'When a run last published, in seconds since 1970, as the batch views say; 0 for never.',
      aggregator: 'max',
      registers: [],
      async collect() {
        const at = await read().catch(() => undefined);
        if (at !== undefined) lastS = at.getTime() / 1000;
        this.set(lastS);
      },
    }),
  );
};

/**
 * Measures, at each scrape, whether the parts that a process depends on are as they should be: 1 or 0 for each name. The names are of this program, so their
 * number is bounded. Once for a registry.
 */
export const gaugeComponents = (registry: Registry, read: () => Promise<readonly (readonly [name: string, isOk: boolean])[]>): void =>
  registry.registerMetric(
    new Gauge({
      name: 'rushes_component_ok',
      help: 'Whether a part that this process depends on is as it should be: 1 or 0.',
      labelNames: ['component'],
      // Of the processes of a service the one that is worst off.
      aggregator: 'min',
      registers: [],
      async collect() {
        for (const [component, isOk] of await read()) this.set({ component }, isOk ? 1 : 0);
      },
    }),
  );
