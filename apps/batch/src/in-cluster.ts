/** What a single run does besides where it is a pod of a cluster: it holds the lease for runs, and tells how it does. By settings; without them, nothing. */
import { type HeldLease, holdLease } from './hold-lease.ts';
import { newProcessId } from '@rushes/stores';
import type { RunReports } from '@rushes/ports';
import type { Session } from '@rushes/runtime';

export interface InCluster {
  readonly reports: RunReports | undefined;
  /** Waits for the lease; `undefined` where there is none. */
  readonly hold: () => Promise<HeldLease | undefined>;
}

/** A holder that was killed is waited for so long, in milliseconds. */
const LEASE_MS = 20_000;
const RENEW_MS = 2_000;

export const openInCluster = async ({
  config: {
    kubernetes: { lease: name, job },
  },
  logger,
  lifecycle: { signal },
}: Pick<Session, 'config' | 'logger' | 'lifecycle'>): Promise<InCluster> => {
  const none: InCluster = { reports: undefined, hold: () => Promise.resolve(undefined) };
  if (name === undefined && job === undefined) return none;
  const { connectOwnCluster, kubernetesLease, kubernetesReports } = await import('@rushes/adapters/kubernetes');
  const cluster = connectOwnCluster();
  if (cluster === undefined) {
    logger.warn('kubernetes.lease or kubernetes.job is set, and this is no pod with a token: the run goes on without');
    return none;
  }
  const reports =
    job === undefined
      ? undefined
      : kubernetesReports(cluster, {
          job,
          onFault: (err) => logger.warn({ err }, 'the cluster cannot be told how the run does; the run goes on'),
        });
  return {
    reports,
    async hold() {
      if (name === undefined) return undefined;
      const lease = kubernetesLease(cluster, { name, holder: newProcessId(), durationMs: LEASE_MS });
      const onWait = (holder: string): void => {
        reports?.notice({ step: `waits for ${holder}` });
        reports?.event('normal', 'RunWaits', `another run is at work: this one waits for ${holder} to end`);
      };
      return holdLease(lease, { logger, signal, everyMs: RENEW_MS, onWait });
    },
  };
};
