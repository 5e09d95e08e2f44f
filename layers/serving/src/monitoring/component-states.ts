/** The state of each part that answers and writes depend on: what `/health` shows and `/metrics` measures. Nothing here names a path or a host. */
import { type ApiKeyStore, countRecentLetters, type EarlyWarning, type EventLog } from '@rushes/ports';
import { cachedCheck, type CachedCheck, type CheckState } from '@rushes/runtime';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { earlyWarnings, type WarningContext } from './early-warnings.ts';
import { seldomRead } from './seldom-read.ts';
import { type AnsweringWorker, missingWorkers } from './worker-states.ts';

/** Room on the disk that the stores lie on, in bytes. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly sizeBytes: number;
  /** What the stores take of it, as last measured. */
  readonly usedBytes: number;
}

export interface ComponentContext extends WarningContext {
  readonly snapshots: CurrentSnapshot;
  /** Whether the process is about to end: it answers, and wants no more to be sent to it. */
  readonly isLeaving: () => boolean;
  /** Whether there is a speed layer. */
  readonly hasSpeed: boolean;
  /** Whether the log takes events; `undefined` where nothing can be posted. */
  readonly log: CachedCheck | undefined;
  /** Whether API keys can be looked up; `undefined` where there are none. */
  readonly keys: CachedCheck | undefined;
  /** `undefined`: the stores are elsewhere. */
  readonly space: (() => Promise<DiskSpace>) | undefined;
  /** Why the server is not used by which replicas share caches and buckets; `undefined`: there is none. */
  readonly cacheTrouble: (() => string | undefined) | undefined;
  /** `undefined`: this process is the service. */
  readonly workers: (() => Promise<AnsweringWorker>) | undefined;
}

/** What a process says of itself that was asked to end. */
export const LEAVING = 'this process is about to end';

/** The id of no key: looking it up shows whether keys can be. */
const NO_KEY = '0'.repeat(16);

interface CheckedStores {
  readonly speed?: object | undefined;
  readonly log?: EventLog | undefined;
  readonly keys?: ApiKeyStore | undefined;
  readonly space?: (() => Promise<DiskSpace>) | undefined;
  readonly cacheTrouble?: (() => string | undefined) | undefined;
  readonly toldByOthers?: (() => Promise<readonly EarlyWarning[]>) | undefined;
}

/** The parts that a service with these stores has. */
export const componentsOf = (
  { speed, log, keys, space, cacheTrouble, toldByOthers }: CheckedStores,
  {
    snapshots,
    now,
    elapsedMs,
    isLeaving,
    workers,
    staleAfterMs,
  }: Pick<ComponentContext, 'snapshots' | 'now' | 'isLeaving' | 'workers' | 'staleAfterMs'> & { readonly elapsedMs: () => number },
): ComponentContext => ({
  snapshots,
  now,
  isLeaving,
  workers,
  staleAfterMs,
  hasSpeed: speed !== undefined,
  log: log === undefined || keys === undefined ? undefined : cachedCheck({ check: () => log.checkWritable(), elapsedMs }),
  keys: keys === undefined ? undefined : cachedCheck({ check: () => keys.find(NO_KEY), elapsedMs }),
  space,
  cacheTrouble,
  letters: log && seldomRead({ read: () => countRecentLetters(log, now()), atFirst: 0, elapsedMs }),
  toldByOthers: toldByOthers && seldomRead({ read: toldByOthers, atFirst: [], elapsedMs }),
});

export type Status = 'ok' | 'degraded' | 'unavailable';

interface Component {
  readonly status: Status;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

/** So little room is little for any disk; on a small one, a share of it. */
const LITTLE_ROOM_BYTES = 2 * 1024 ** 3;
const LITTLE_ROOM_SHARE = 0.05;

const isLittle = ({ freeBytes, sizeBytes }: DiskSpace): boolean => freeBytes < Math.min(LITTLE_ROOM_BYTES, sizeBytes * LITTLE_ROOM_SHARE);

/** What is served of batch runs' results: without it nothing is answered. */
export const batchComponent = ({ snapshots, now }: Pick<ComponentContext, 'snapshots' | 'now'>): Component => {
  const snapshot = snapshots.peek();
  const newest = snapshots.newest();
  const failing = snapshots.trouble() !== undefined;
  if (snapshot === undefined)
    return { status: 'unavailable', detail: failing ? 'what is published cannot be read' : 'nothing has been published yet' };
  const { publication, absent } = snapshot;
  const isBehind = newest !== undefined && newest.number !== publication.number;
  const detail = isBehind
    ? `publication ${newest.number} (version ${newest.version}) cannot be read: answers come from publication ${publication.number} (version ${publication.version})`
    : absent.length > 0
      ? `views that cannot be read: ${absent.join(', ')}`
      : // What exactly failed is in the log: it may name paths and hosts.
        failing
        ? 'the last look for a new publication failed'
        : undefined;
  return {
    status: detail === undefined ? 'ok' : 'degraded',
    ...(detail === undefined ? {} : { detail }),
    publication: publication.number,
    version: publication.version,
    ...(publication.origin === undefined ? {} : { origin: publication.origin }),
    cut_at: publication.cutAt,
    published_at: publication.publishedAt,
    age_s: Math.max(0, Math.floor((now() - Date.parse(publication.publishedAt)) / 1000)),
  };
};

const WHY_INCOMPLETE = {
  stale: 'something is published or in the log that answers do not show yet',
  gap: 'events are missing: see meta.missing of any answer',
} as const;

const speedComponent = ({ snapshots }: ComponentContext): Component => {
  const snapshot = snapshots.peek();
  if (snapshot === undefined) return { status: 'unavailable', detail: 'there is no version yet that events can be added to' };
  const { completeness, projected, missing, awaited } = snapshot;
  return {
    // What is lost for good stays in every answer, and nobody can do anything about it: the system is as well as it can be.
    status: projected === 'complete' ? 'ok' : 'degraded',
    ...(projected === 'complete' ? {} : { detail: WHY_INCOMPLETE[projected] }),
    completeness,
    lag_ms: Math.round(snapshots.lagMs()),
    missing_ranges: awaited.length,
    lost_ranges: missing.length - awaited.length,
  };
};

const LOG_DETAIL: Readonly<Record<Exclude<CheckState, 'ok'>, string>> = {
  failing: 'the log takes no events: posting answers 503',
  slow: 'the log has not answered in time: posting waits, or answers 503',
};

const KEYS_DETAIL: Readonly<Record<Exclude<CheckState, 'ok'>, string>> = {
  failing: 'API keys cannot be looked up: what needs one answers 503',
  slow: 'API keys are not looked up in time: what needs one waits, or answers 503',
};

const checked = async (check: CachedCheck, details: typeof LOG_DETAIL): Promise<Component> => {
  const state = await check.state();
  return state === 'ok' ? { status: 'ok' } : { status: state === 'slow' ? 'degraded' : 'unavailable', detail: details[state] };
};

const diskComponent = async (space: () => Promise<DiskSpace>): Promise<Component> => {
  try {
    const measured = await space();
    const little = isLittle(measured);
    return {
      status: little ? 'degraded' : 'ok',
      ...(little ? { detail: 'little room is left: a batch run may not find enough' } : {}),
      free_bytes: measured.freeBytes,
      size_bytes: measured.sizeBytes,
      used_bytes: measured.usedBytes,
    };
  } catch {
    return { status: 'degraded', detail: 'the room on the disk could not be found out' };
  }
};

const cacheComponent = (trouble: string | undefined): Component =>
  trouble === undefined
    ? { status: 'ok' }
    : { status: 'degraded', detail: `the shared cache ${trouble}: each process limits and keeps for itself` };

const workersComponent = async (workers: () => Promise<AnsweringWorker>): Promise<Component> => {
  const { configured, listening, answeredBy } = await workers();
  const detail = missingWorkers({ configured, listening });
  return {
    status: detail === undefined ? 'ok' : 'degraded',
    ...(detail === undefined ? {} : { detail }),
    configured,
    listening,
    answered_by: answeredBy,
  };
};

interface Health {
  readonly status: Status;
  readonly warnings: readonly EarlyWarning[];
  readonly components: Readonly<Record<string, Component>>;
}

/** All components, and what they come to: `unavailable` if nothing can be answered, `degraded` if anything is not as it should be. */
export const readHealth = async (context: ComponentContext): Promise<Health> => {
  const { log, keys, space, cacheTrouble, workers } = context;
  const components: Record<string, Component> = {
    api: context.isLeaving() ? { status: 'degraded', detail: LEAVING } : { status: 'ok' },
    batch: batchComponent(context),
    ...(context.hasSpeed ? { speed: speedComponent(context) } : {}),
    ...(log === undefined ? {} : { log: await checked(log, LOG_DETAIL) }),
    ...(keys === undefined ? {} : { keys: await checked(keys, KEYS_DETAIL) }),
    ...(space === undefined ? {} : { disk: await diskComponent(space) }),
    ...(cacheTrouble === undefined ? {} : { cache: cacheComponent(cacheTrouble()) }),
    ...(workers === undefined ? {} : { workers: await workersComponent(workers) }),
  };
  const isAllWell = Object.values(components).every(({ status }) => status === 'ok');
  return {
    status: components['batch']?.status === 'unavailable' ? 'unavailable' : isAllWell ? 'ok' : 'degraded',
    warnings: await earlyWarnings(context),
    components,
  };
};
