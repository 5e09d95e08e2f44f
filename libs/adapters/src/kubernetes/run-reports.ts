/**
 * How a run does, as annotations of its job and as Events about it. The job's annotations are patched at most once a second with the last word; of events there
 * are at most so many a run. The right to patch pods would be one to change their images, so pods stay as they are.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { RunNotice, RunReports } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { isFault } from './cluster-fault.ts';
import { ANNOTATIONS } from './run-annotations.ts';

export interface KubernetesReportsOptions {
  /** The job that the run is of. */
  readonly job: string;
  /** Told once that nothing can be told. */
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
  readonly mostEvents?: number;
}

interface PendingEvent {
  readonly kind: 'normal' | 'warning';
  readonly reason: string;
  readonly message: string;
  readonly at: Date;
}

const EVERY_MS = 1_000;
const MOST_EVENTS = 40;
const CLOSE_MS = 5_000;
const LONGEST_MESSAGE = 1_000;
const LONGEST_ANNOTATION = 500;
const COMPONENT = 'rushes-batch';
const ROLE = 'rushes-batch';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

const annotationsOf = (notice: RunNotice): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    Object.entries(ANNOTATIONS).flatMap(([key, name]) => {
      const value = notice[key as keyof RunNotice]; // as: the keys of both are the same
      // An empty text takes the annotation away.
      return value === undefined ? [] : [[name, value === '' ? null : value.slice(0, LONGEST_ANNOTATION)]];
    }),
  );

export const kubernetesReports = (
  cluster: Cluster,
  { job, onFault, everyMs = EVERY_MS, mostEvents = MOST_EVENTS }: KubernetesReportsOptions,
): RunReports => {
  const { namespace, batch, core } = cluster;
  const closing = new AbortController();
  const events: PendingEvent[] = [];
  let wanted: RunNotice = {};
  const state = { isChanged: false, isForbidden: false, hasFailed: false };
  let told = 0;
  let uid: string | undefined;
  let pumping: Promise<void> | undefined;

  const patch = async (notice: RunNotice): Promise<void> => {
    const body = { metadata: { annotations: annotationsOf(notice) } };
    const patched = await cluster.ask({ verb: 'patch', resource: 'jobs', name: job, role: ROLE }, () =>
      batch.patchNamespacedJob({ namespace, name: job, body }, MERGE),
    );
    uid = patched.metadata?.uid;
  };
  const post = async ({ kind, reason, message, at }: PendingEvent): Promise<void> => {
    await cluster.ask({ verb: 'create', resource: 'events', role: ROLE }, () =>
      core.createNamespacedEvent({
        namespace,
        body: {
          metadata: { name: `${job}.${randomBytes(6).toString('hex')}`, namespace },
          involvedObject: { apiVersion: 'batch/v1', kind: 'Job', name: job, namespace, ...(uid === undefined ? {} : { uid }) },
          type: kind === 'normal' ? 'Normal' : 'Warning',
          reason,
          message: message.slice(0, LONGEST_MESSAGE),
          firstTimestamp: at,
          lastTimestamp: at,
          count: 1,
          source: { component: COMPONENT },
        },
      }),
    );
  };
  /** Whether it was told. */
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      state.isForbidden ||= isFault(error, 'forbidden', 'unknown user', 'refused', 'not found');
      if (!state.hasFailed) onFault(error);
      state.hasFailed = true;
      return false;
    }
  };
  const pump = async (): Promise<void> => {
    while (!state.isForbidden && (state.isChanged || events.length > 0)) {
      if (state.isChanged) {
        state.isChanged = false;
        const notice = wanted;
        const isLast = closing.signal.aborted;
        wanted = {};
        // What could not be told is told with the next word; at the end there is none.
        if (!(await attempt(() => patch(notice))) && !isLast) {
          wanted = { ...notice, ...wanted };
          state.isChanged = true;
        }
      }
      for (const event of events.splice(0)) await attempt(() => post(event));
      await sleep(everyMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    pumping = undefined;
  };
  const wake = (): void => {
    if (!state.isForbidden) pumping ??= pump();
  };

  return {
    notice(notice) {
      wanted = { ...wanted, ...notice };
      state.isChanged = true;
      wake();
    },
    event(kind, reason, message) {
      if (told >= mostEvents) return;
      told += 1;
      events.push({ kind, reason, message, at: new Date() });
      wake();
    },
    async close() {
      closing.abort();
      const late = new AbortController();
      await Promise.race([pumping, sleep(CLOSE_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
    },
  };
};
