/** The life of a pod on its node: init containers one after another, then all others, each started again as the pod says, until it is over or told to end. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { V1Container, V1Pod, V1PodStatus, V1Probe } from '@kubernetes/client-node';

import { startContainer, type StartedContainer } from './container.ts';
import { type ApiWay, openApiWay } from './api-way.ts';
import type { HeldPod } from './held-pod.ts';
import { CannotStart, type LocalImages } from './image.ts';
import { LOOK_MS } from './logs.ts';
import { type ContainerReport, podStatus } from './pod-status.ts';
import { watchProbe } from './probe.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';
import { makeVolume } from './volumes.ts';

const SECOND_MS = 1_000;
/** Shorter than on a node in earnest, where it begins with ten seconds. */
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;
const GRACE_SECONDS = 30;

export interface RunningPod {
  /** Asks its containers to end, by force when the time is up. Resolves when nothing of it runs and its last status was reported. */
  readonly stop: (graceSeconds: number) => Promise<void>;
}

export interface PodOptions {
  readonly images: LocalImages;
  readonly held: (pod: V1Pod, address: string) => HeldPod;
  /** Where the API server is, for pods with a token. */
  readonly apiServer: { readonly host: string; readonly port: number };
  /** The file for what a container says, of its n-th start. */
  readonly log: (container: string, attempt: number) => string;
  /** Reports are sent in their order. */
  readonly report: (status: V1PodStatus) => Promise<void>;
}

export const runPod = (pod: V1Pod, { images, held: hold, apiServer, log, report }: PodOptions): RunningPod => {
  const { initContainers = [], containers = [], volumes: declared = [], restartPolicy = 'Always' } = pod.spec ?? {};
  const startedAt = new Date();
  const reports = new Map<string, ContainerReport>();
  const running = new Set<StartedContainer>();
  const stopping = new AbortController();
  const volumes = new Map<string, string>();
  let sandbox: Sandbox | undefined;
  let apiWay: ApiWay | undefined;
  let held = hold(pod, '');
  let last: V1PodStatus | undefined;

  const tell = (hasEnded = false): Promise<void> => {
    const { address, hostAddress } = held;
    const isStopping = stopping.signal.aborted;
    const before = last === undefined ? {} : { before: last };
    last = podStatus(pod, reports, { address, hostAddress, startedAt, hasEnded, isStopping, now: new Date(), ...before });
    return report(last);
  };
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  /** Tries until it can be done; why it cannot is reported. `undefined` if the pod was told to end before. */
  const insist = async <Result>(names: readonly V1Container[], work: () => Promise<Result>): Promise<Result | undefined> => {
    for (;;) {
      if (stopping.signal.aborted) return undefined;
      try {
        return await work();
      } catch (error) {
        const reason = error instanceof CannotStart ? error.reason : 'CreateContainerError';
        const message = error instanceof Error ? error.message : String(error);
        for (const { name } of names)
          reports.set(name, { restarts: 0, ...reports.get(name), state: { waiting: { reason, message } }, isReady: false });
        await tell();
        await pause(SECOND_MS);
      }
    }
  };

  const end = async (container: StartedContainer, graceSeconds: number): Promise<void> => {
    container.send('SIGTERM');
    const late = setTimeout(() => container.send('SIGKILL'), graceSeconds * SECOND_MS);
    await container.ended;
    clearTimeout(late);
  };

  /** Until `over`: whether it is ready, and its end if it does not live. */
  const watch = (container: V1Container, started: StartedContainer, over: AbortSignal): void => {
    const { startupProbe, readinessProbe, livenessProbe, name } = container;
    const observe = (probe: V1Probe, on: (isWell: boolean) => void): void =>
      void watchProbe(probe, { container, address: held.address, over, tell: on });
    const restart = (): void => void end(started, pod.spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS);
    const ready = (isReady: boolean): void => {
      const known = reports.get(name);
      if (known === undefined || known.isReady === isReady) return;
      reports.set(name, { ...known, isReady });
      void tell();
    };
    const begin = (): void => {
      if (readinessProbe) observe(readinessProbe, ready);
      else ready(true);
      if (livenessProbe) observe(livenessProbe, (isWell) => isWell || restart());
    };
    if (!startupProbe) return begin();
    const starting = new AbortController();
    over.addEventListener('abort', () => starting.abort());
    void watchProbe(startupProbe, {
      container,
      address: held.address,
      over: starting.signal,
      tell(isWell) {
        starting.abort();
        if (isWell) begin();
        else restart();
      },
    });
  };

  /** Runs a container until it has ended for good. Returns its last exit code; `undefined` if it never ran. */
  const runContainer = async (container: V1Container, policy: string): Promise<number | undefined> => {
    const { name } = container;
    for (let attempt = 0; ; attempt++) {
      const options = { images, network: sandbox?.network ?? '', volumes, log: log(name, attempt) };
      const started = await insist([container], () => startContainer(held, container, options));
      if (started === undefined) return undefined;
      running.add(started);
      const over = new AbortController();
      const before = reports.get(name);
      const lastState = before?.lastState === undefined ? {} : { lastState: before.lastState };
      reports.set(name, { state: { running: { startedAt: started.startedAt } }, restarts: attempt, isReady: false, ...lastState });
      void tell();
      watch(container, started, over.signal);
      // Told to end while it was being started.
      if (stopping.signal.aborted) started.send('SIGKILL');
      const exitCode = await started.ended;
      over.abort();
      running.delete(started);
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      const ended = { terminated: { exitCode, reason, startedAt: started.startedAt, finishedAt: new Date() } };
      reports.set(name, { state: ended, restarts: attempt, isReady: false, ...lastState });
      if (stopping.signal.aborted || policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return exitCode;
      reports.set(name, { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended, restarts: attempt, isReady: false });
      void tell();
      await pause(Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS));
      if (stopping.signal.aborted) {
        reports.set(name, { state: ended, restarts: attempt, isReady: false });
        return exitCode;
      }
    }
  };

  const run = async (): Promise<void> => {
    sandbox = await insist(containers, makeSandbox);
    if (sandbox === undefined) return;
    held = hold(pod, sandbox.address);
    const { network } = sandbox;
    if (declared.some(({ projected }) => projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined))) {
      apiWay = await insist(containers, () => openApiWay(network, apiServer));
      if (apiWay === undefined) return;
      held = { ...held, apiPort: apiWay.port };
    }
    for (const volume of declared) {
      const folder = await insist(containers, () => makeVolume(held, volume));
      if (folder === undefined) return;
      volumes.set(volume.name, folder);
    }
    for (const container of initContainers) {
      const code = await runContainer(container, restartPolicy === 'Never' ? 'Never' : 'OnFailure');
      if (code !== 0) return tell(true);
      void tell();
    }
    const ended = Promise.all(
      containers.map(async (container) => {
        await runContainer(container, restartPolicy);
        void tell();
      }),
    );
    await ended;
    await tell(true);
  };

  const runToEnd = async (): Promise<void> => {
    try {
      await run();
    } finally {
      apiWay?.close();
      await sandbox?.remove();
    }
  };
  const over = runToEnd();
  return {
    async stop(graceSeconds) {
      stopping.abort();
      void tell();
      await Promise.all([...running].map((container) => end(container, graceSeconds)));
      await over;
      // Whoever follows its logs has them to their end.
      await sleep(3 * LOOK_MS);
      await tell(true);
      await rm(join(held.folder), { recursive: true, force: true });
    },
  };
};
