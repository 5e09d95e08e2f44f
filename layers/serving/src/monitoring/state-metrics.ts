/** What is measured of the state that `/health` shows: how late answers are, whether the log takes events, how much room there is. */
import { type CachedCheck, Gauge, gaugeComponents, gaugeLastPublished, type Registry } from '@rushes/runtime';
import { type BatchViewStore, lastPublishedAt } from '@rushes/ports';

import { batchComponent, type ComponentContext, type DiskSpace } from './component-states.ts';

/** Registers the metrics. */
export const registerStateMetrics = (registry: Registry, views: BatchViewStore, context: ComponentContext): void => {
  const { snapshots, log, keys, space } = context;
  /** @param of which worker's value is the service's, where there are several: the worst. */
  const gauge = (name: string, help: string, of: 'min' | 'max', read: () => number | Promise<number>): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        aggregator: of,
        registers: [],
        async collect() {
          this.set(await read());
        },
      }),
    );
  };
  const isOk = (name: string, help: string, check: CachedCheck): void =>
    gauge(name, help, 'min', async () => ((await check.state()) === 'ok' ? 1 : 0));

  gaugeLastPublished(registry, () => lastPublishedAt(views));
  gauge(
    'rushes_newest_publication_number',
    'Number of the newest publication that was seen, 0 for none: higher than the one that is served while it cannot be read.',
    'max',
    () => snapshots.newest()?.number ?? 0,
  );
  gauge(
    'rushes_answer_lag_seconds',
    'For how long something may be there that answers do not show.',
    'max',
    () => snapshots.lagMs() / 1000,
  );
  const offsets = (of: 'awaited' | 'lost'): number => {
    const { missing = [] } = snapshots.peek() ?? {};
    return missing.filter(({ reason }) => (reason === 'lost') === (of === 'lost')).reduce((sum, { from, to }) => sum + to - from, 0);
  };
  gauge(
    'rushes_missing_offsets',
    'Offsets of the log that are in no answer although the position lies behind them, and may come.',
    'max',
    () => offsets('awaited'),
  );
  gauge('rushes_lost_offsets', 'Offsets of the log that were gone before they were archived: they are in no answer for good.', 'max', () =>
    offsets('lost'),
  );
  gaugeComponents(registry, async () => [
    ['batch', batchComponent(context).status === 'ok'],
    ...(log === undefined ? [] : [['log', (await log.state()) === 'ok'] as const]),
    ...(keys === undefined ? [] : [['keys', (await keys.state()) === 'ok'] as const]),
  ]);
  if (log !== undefined) isOk('rushes_log_writable', 'Whether the log takes events: 1 or 0.', log);
  if (keys !== undefined) isOk('rushes_keys_readable', 'Whether API keys can be looked up: 1 or 0.', keys);
  if (space === undefined) return;
  const room = (name: string, help: string, of: (measured: DiskSpace) => number): void =>
    gauge(name, help, 'max', async () =>
      of(await space().catch(() => ({ freeBytes: Number.NaN, sizeBytes: Number.NaN, usedBytes: Number.NaN }))),
    );
  room('rushes_disk_free_bytes', 'Room that is left on the disk of the data folder.', ({ freeBytes }) => freeBytes);
  room('rushes_disk_size_bytes', 'Size of the disk of the data folder.', ({ sizeBytes }) => sizeBytes);
  room('rushes_data_bytes', 'What the data folder takes, as last measured.', ({ usedBytes }) => usedBytes);
};
