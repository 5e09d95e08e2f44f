/** What the processes of Rushes expose, of each layer as its process registers it. */
import { createBatchMetrics, createUpkeepMetrics } from '@rushes/batch';
import { createMetrics, startOperationServer, type Registry } from '@rushes/runtime';
import { createSpeedMetrics, createTmdbMetrics } from '@rushes/speed';
import { gaugeProcesses } from '@rushes/stores';

import { startEntrances } from '../../layers/serving/test/entrance-service.ts';
import { createCacheMetrics } from '../../libs/stores/src/cache-metrics.ts';

export interface ExposedMetric {
  /** Of all its series; `le` too of the parts of a histogram. */
  readonly labels: ReadonlySet<string>;
  /** Lines of the exposition, for values of labels. */
  readonly lines: readonly string[];
}

const NOBODY = { beat: async () => {}, list: async () => [], end: async () => {} };

/** Adds what a registry exposes. */
const collect = async (registry: Registry, into: Map<string, ExposedMetric>): Promise<void> => {
  const text = await registry.metrics();
  for (const metric of registry.getMetricsAsArray()) {
    const { labelNames = [] } = metric as typeof metric & { readonly labelNames?: readonly string[] }; // as: every kind of metric has them
    const parts = metric.type === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
    for (const part of parts) {
      const name = `${metric.name}${part}`;
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      const labels = new Set([...labelNames, ...(part === '_bucket' ? ['le'] : [])]);
      into.set(name, { labels, lines: [...(into.get(name)?.lines ?? []), ...lines] });
    }
  }
};

export const exposedMetrics = async (): Promise<ReadonlyMap<string, ExposedMetric>> => {
  const exposed = new Map<string, ExposedMetric>();
  const serving = await startEntrances({ space: async () => ({ freeBytes: 1, sizeBytes: 2, usedBytes: 1 }) });
  try {
    createCacheMetrics(serving.metrics, () => true);
    await serving.app.inject('/movies');
    await collect(serving.metrics, exposed);
  } finally {
    await serving.close();
  }
  const speed = createMetrics();
  createSpeedMetrics(speed);
  createTmdbMetrics(speed);
  gaugeProcesses(speed, NOBODY);
  const batch = createMetrics();
  createBatchMetrics(batch, { listPublications: async () => [] });
  createUpkeepMetrics(batch);
  gaugeProcesses(batch, NOBODY);
  for (const registry of [speed, batch]) {
    const server = await startOperationServer({
      host: '127.0.0.1',
      port: 0,
      metrics: registry,
      needs: { checks: { log: async () => {} } },
      onTrouble: () => {},
    });
    await collect(registry, exposed);
    await server.close();
  }
  return exposed;
};
