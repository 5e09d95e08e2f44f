/** A process says every few seconds that it runs and how far it has come, and whoever looks reads what all of them say. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Heartbeats } from '@rushes/ports';
import { createTroubleLog, Gauge, type Registry, RELEASE, type Session } from '@rushes/runtime';

export type Layer = 'batch' | 'speed' | 'serving';
/** What a layer adds: values that can be shown. */
export type LayerState = Readonly<Record<string, string | number | boolean | null>>;

export interface ProcessState {
  readonly id: string;
  readonly layer: Layer;
  readonly host: string;
  readonly pid: number;
  readonly release: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly state: LayerState;
}

const BEAT_MS = 5_000;
/** Three beats may be lost. */
const TTL_MS = 20_000;
const LAYERS: readonly string[] = ['batch', 'speed', 'serving'] satisfies readonly Layer[];
const PROCESSES = 'rushes_processes';

/** An id for this process that no other has, nor ever had. */
export const newProcessId = (): string => `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;

/** Reports until the session ends. A store that does not answer is told of in the log, and nothing else waits for it. */
export const startHeartbeat = (
  { logger, lifecycle }: Pick<Session, 'logger' | 'lifecycle'>,
  heartbeats: Heartbeats,
  layer: Layer,
  describe: () => LayerState,
  id = newProcessId(),
): void => {
  const troubles = createTroubleLog({ logger, level: 'warn' });
  const stopped = new AbortController();
  const startedAt = new Date().toISOString();
  const message = 'other processes cannot be told that this one runs';
  const beating = (async () => {
    while (!stopped.signal.aborted) {
      const { id: _, ...said }: ProcessState = {
        id,
        layer,
        host: hostname(),
        pid: process.pid,
        release: RELEASE,
        startedAt,
        state: describe(),
      };
      await heartbeats.beat({ id, text: JSON.stringify(said) }, TTL_MS).then(
        () => troubles.settle(message),
        (error: unknown) => troubles.report(message, error),
      );
      await sleep(BEAT_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
    }
  })();
  lifecycle.onStop('the heartbeat', async () => {
    stopped.abort();
    await beating;
    await heartbeats.end(id).catch(() => undefined); // it runs out by itself
  });
};

const stateIn = (text: string): Omit<ProcessState, 'id'> | undefined => {
  try {
    const said = JSON.parse(text) as Omit<ProcessState, 'id'>; // as: written above, by this release or another
    return LAYERS.includes(said.layer) ? said : undefined;
  } catch {
    return undefined;
  }
};

/** Which processes run on the stores. What another release says in a form that this one does not know is left out. */
export const readProcesses = async (heartbeats: Heartbeats): Promise<readonly ProcessState[]> => {
  const reports = await heartbeats.list();
  return reports
    .flatMap(({ id, text }) => {
      const said = stateIn(text);
      return said === undefined ? [] : [{ id, ...said }];
    })
    .toSorted((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer));
};

/**
 * Measures, at each scrape, how many processes of each layer run on the stores. Layers that share a process share a registry: the first of them registers it.
 * Where the stores do not tell, what they told last stands.
 */
export const gaugeProcesses = (registry: Registry, heartbeats: Heartbeats): void => {
  if (registry.getSingleMetric(PROCESSES) !== undefined) return;
  registry.registerMetric(
    new Gauge({
      name: PROCESSES,
      help: 'Processes of each layer that report to the stores; one that was killed counts for twenty seconds more.',
      labelNames: ['layer'],
      aggregator: 'max',
      registers: [],
      async collect() {
        const processes = await readProcesses(heartbeats).catch(() => undefined);
        if (processes === undefined) return;
        for (const layer of LAYERS) this.set({ layer }, processes.filter((one) => one.layer === layer).length);
      },
    }),
  );
};
