/** How every store does: what `rushes doctor` tells. Looks at each by itself, changes nothing, and never throws for what a store says. */
import type { ApiKeyStore, BatchViewStore, EventLog, ObjectStore, SpeedStore, StoreFinding } from '@rushes/ports';

import { findingOf } from './check-servers.ts';
import type { FoundStore } from './found-store.ts';
import type { StoreKind, StoreLocations } from './locations.ts';
import { findStores } from './schemes.ts';

export interface StoreReport {
  readonly kind: StoreKind | 'cache';
  readonly location: string;
  /** `absent`: there is nothing yet, and what opens it makes it. `away`: it cannot be used, and is done without. */
  readonly state: 'answers' | 'absent' | 'away' | 'fails';
  readonly version: string | undefined;
  /** Of the smallest read, in milliseconds, once connections are there; `undefined` if none was answered. */
  readonly latencyMs: number | undefined;
  readonly findings: readonly StoreFinding[];
}

/** An object that nobody puts. */
const NO_KEY = 'readiness/none';
const READS = 5;

/** The shortest of several: what the way there costs, not what else the machine does. */
const latencyOf = async (read: () => Promise<unknown>): Promise<number> => {
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < READS; n++) {
    const beganMs = performance.now();
    await read();
    shortest = Math.min(shortest, performance.now() - beganMs);
  }
  return Math.round(shortest * 100) / 100;
};

const examine = async <Store extends object>(
  kind: StoreKind,
  { location, isThere, check, open }: FoundStore<Store>,
  read: (store: Store) => Promise<unknown>,
): Promise<StoreReport> => {
  let version: string | undefined;
  let latencyMs: number | undefined;
  let state: StoreReport['state'] = 'answers';
  const findings: StoreFinding[] = [];
  try {
    const checked = await check?.();
    version = checked?.version;
    findings.push(...(checked?.findings ?? []));
    if (findings.some(({ level }) => level === 'fault')) state = 'fails';
    else if (await isThere()) {
      const store = await open({ readOnly: true });
      try {
        latencyMs = await latencyOf(() => read(store));
      } finally {
        if ('close' in store && typeof store.close === 'function') await store.close();
      }
    } else state = 'absent';
  } catch (error) {
    findings.push(findingOf(error));
    state = 'fails';
  }
  return { kind, location, state, version, latencyMs, findings };
};

/** @throws UsageError for a URL that no store understands. */
export const examineStores = (at: StoreLocations): Promise<readonly StoreReport[]> => {
  const { objects, views, log, speed, keys } = findStores(at);
  return Promise.all([
    examine('objects', objects, (store: ObjectStore) => store.head(NO_KEY)),
    examine('views', views, (store: BatchViewStore) => store.currentPublication()),
    examine('log', log, (store: EventLog) => store.bounds()),
    examine('speed', speed, (store: SpeedStore) => store.progress()),
    examine('keys', keys, (store: ApiKeyStore) => store.list()),
  ]);
};
