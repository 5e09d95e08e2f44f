/** Keeps epochs from expiring before a published version covers them, tells if batch runs have not covered them for long, and forgets what no version needs. */
import { offsetAt, type PartitionId } from '@rushes/domain';
import { coveredEpoch, type EventLog, type SpeedStore } from '@rushes/ports';
import type { Logger } from '@rushes/runtime';

import type { Published } from './begin-partition.ts';
import { checkInterlock } from './interlock.ts';
import type { SpeedOptions } from './options.ts';
import type { PartitionWriter } from './partition-writer.ts';
import type { SpeedMetrics } from './speed-metrics.ts';

export interface GuardContext {
  readonly log: EventLog;
  readonly store: SpeedStore;
  readonly options: SpeedOptions;
  readonly nowMs: () => number;
  readonly published: () => Promise<Published>;
  readonly logger: Logger;
  readonly metrics: SpeedMetrics | undefined;
  /** The writers of the partitions that this process projects; none while one is being opened. */
  readonly writers: ReadonlyMap<PartitionId, PartitionWriter | undefined>;
}

/** What was told at the last look, so that it is told once. */
export interface Guarded {
  readonly level: 'fine' | 'warning' | 'alarm';
  /** Partitions and epochs that cannot be projected again. */
  readonly lost: ReadonlySet<string>;
  /** Whether an epoch is due whose writer is only just being opened. */
  readonly isPending: boolean;
}

export const NOTHING_GUARDED: Guarded = { level: 'fine', lost: new Set(), isPending: false };

/** Looks once. */
export const guardEpochs = async (context: GuardContext, before: Guarded): Promise<Guarded> => {
  const { log, store, options, logger, metrics, writers } = context;
  const published = await context.published();
  const progress = await store.progress();
  const coverage = progress.flatMap((one) => one.coverage);
  const { ageMs, share, level, due } = checkInterlock(coverage, published?.cut ?? {}, context.nowMs(), options);
  metrics?.uncovered(share, ageMs);
  if (level !== before.level && level !== 'fine')
    logger[level === 'alarm' ? 'error' : 'warn'](
      { oldest_uncovered_ms: ageMs, ttl_ms: options.ttlMs },
      'batch runs have not covered the oldest events for long: see why they fail before their rows expire',
    );

  const forgotten = published === undefined ? 0 : coveredEpoch(published) - options.keptEpochs;
  for (const { partition, coverage: own } of progress)
    if (own.some(({ epoch }) => epoch <= forgotten)) writers.get(partition)?.forget(forgotten);

  const { earliest } = due.length > 0 ? await log.bounds() : { earliest: {} };
  const lost = new Set<string>();
  let isPending = false;
  for (const one of due) {
    const { partition, epoch } = one;
    if (offsetAt(earliest, partition) > one.from) {
      const name = `${partition} ${epoch}`;
      lost.add(name);
      if (!before.lost.has(name))
        logger.warn(
          { partition, epoch, from: one.from },
          'an epoch cannot be projected anew before it expires, since the log was trimmed behind its beginning: it will be missing from answers until a batch run covers it',
        );
      continue;
    }
    const writer = writers.get(partition);
    if (writer === undefined) {
      isPending ||= writers.has(partition);
      continue;
    }
    writer.renew(one);
    metrics?.renewed();
    logger.info({ partition, epoch }, 'projecting an epoch anew before it expires');
  }
  return { level, lost, isPending };
};
