/**
 * The speed layer over a log that was filled before: `project.ts DATA HOW`. HOW is `speed`: the speed layer, until it has caught up; or `bare`: the
 * change records that it wrote are read back, then a loop writes their rows, the records and the positions into a new store, without reading a log,
 * judging or folding.
 */
import { join } from 'node:path';

import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import type { ChangeRecord } from '@rushes/ports';

import { usage } from '../../process/usage.ts';
import { beginSpeed } from '../begun-speed.ts';
import type { Projected } from '../measured.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', how = ''] = process.argv.slice(2);
const TTL_MS = 48 * 3_600_000;
const US_PER_MS = 1000;
const ALL = 1_000_000;

const stores = await openBenchStores(data);
const { speed } = stores;

const readChanges = async (): Promise<readonly ChangeRecord[]> => {
  const all: ChangeRecord[] = [];
  for (const partition of PARTITIONS) all.push(...(await speed.changesAfter({ [partition]: 0 }, { limit: ALL })));
  return all;
};

const rewrite = async (changes: readonly ChangeRecord[]): Promise<void> => {
  const store = await openSqliteSpeedStore(join(data, 'bare-speed.sqlite'));
  const opening = { offset: 0, appendedAtMs: 0 };
  const fences = new Map<PartitionId, number>();
  for (const partition of PARTITIONS) fences.set(partition, (await store.owners.claim(partition, 'bare', 0)) ?? 0);
  for (const change of changes) {
    const { partition, to, epoch, appendedAtMs } = change;
    await store.upsert(
      change.rows.map((row) => ({ ...row, timestampUs: appendedAtMs * US_PER_MS + row.lastOffset })),
      TTL_MS,
    );
    await store.appendChange(change, TTL_MS);
    await store.putPosition({ partition, offset: to, epoch, opening }, fences.get(partition) ?? 0);
  }
  await store.close();
};

const known = how === 'bare' ? await readChanges() : [];
const [before, started] = [usage().cpuMs, performance.now()];
const running = how === 'bare' ? undefined : beginSpeed(stores);
await (running?.caughtUp() ?? rewrite(known));
const ms = performance.now() - started;
const { cpuMs, peakMb } = usage();
await running?.stop();
const changes = how === 'bare' ? known : await readChanges();
await stores.close();
const measured: Projected = {
  events: changes.reduce((sum, { from, to }) => sum + to - from, 0),
  rowsWritten: changes.reduce((sum, { rows }) => sum + rows.length, 0),
  changes: changes.length,
  ms,
  cpuMs: cpuMs - before,
  peakMb,
};
console.log(JSON.stringify(measured));
