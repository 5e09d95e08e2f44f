/** Whether stores answer, asked by the smallest read of each. */
import type { BatchViewStore, EventLog, ObjectStore, SpeedStore } from '@rushes/ports';

/** By the name under which a process shows it. Each rejects if its store does not answer. */
export type StoreChecks = Readonly<Record<string, () => Promise<unknown>>>;

interface CheckedStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog;
  readonly speed: SpeedStore;
}

/** An object that nobody puts. */
const NO_KEY = 'readiness/none';

export const storeChecks = ({ objects, views, log, speed }: CheckedStores): StoreChecks => ({
  objects: () => objects.head(NO_KEY),
  views: () => views.currentPublication(),
  log: () => log.bounds(),
  speed: () => speed.progress(),
});
