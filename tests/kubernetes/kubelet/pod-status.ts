/** What a node reports of a pod. */
import type { V1Container, V1ContainerState, V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';

export interface ContainerReport {
  readonly state: V1ContainerState;
  /** How it ended the last time, if it runs again. */
  readonly lastState?: V1ContainerState;
  readonly restarts: number;
  /** Its probe is content, or it has none. */
  readonly isReady: boolean;
}

export type Reports = ReadonlyMap<string, ContainerReport>;

const WAITING: ContainerReport = { state: { waiting: { reason: 'PodInitializing' } }, restarts: 0, isReady: false };

const containerStatus = ({ name, image = '' }: V1Container, reports: Reports): V1ContainerStatus => {
  const { state, lastState, restarts, isReady } = reports.get(name) ?? WAITING;
  return {
    name,
    image,
    imageID: image,
    ready: isReady,
    started: state.running !== undefined,
    restartCount: restarts,
    state,
    ...(lastState === undefined ? {} : { lastState }),
  };
};

const exitCodes = (containers: readonly V1Container[], reports: Reports): readonly (number | undefined)[] =>
  containers.map(({ name }) => reports.get(name)?.state.terminated?.exitCode);

/** `hasEnded`: nothing of it is going to run again. */
const phaseOf = (pod: V1Pod, reports: Reports, hasEnded: boolean): 'Pending' | 'Running' | 'Succeeded' | 'Failed' => {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  if (hasEnded) return exitCodes([...initContainers, ...containers], reports).every((code) => code === 0) ? 'Succeeded' : 'Failed';
  const hasStarted = containers.some(({ name }) => {
    const report = reports.get(name);
    return report !== undefined && (report.state.waiting === undefined || report.lastState !== undefined);
  });
  return hasStarted ? 'Running' : 'Pending';
};

/** Times of conditions that say what they said before stay. */
const conditions = (facts: Readonly<Record<string, boolean>>, before: readonly V1PodCondition[], now: Date): V1PodCondition[] =>
  Object.entries(facts).map(([type, fact]) => {
    const status = fact ? 'True' : 'False';
    const known = before.find((condition) => condition.type === type && condition.status === status);
    return { type, status, lastTransitionTime: known?.lastTransitionTime ?? now };
  });

export const podStatus = (
  pod: V1Pod,
  reports: Reports,
  at: { address: string; hostAddress: string; startedAt: Date; hasEnded: boolean; isStopping: boolean; before?: V1PodStatus; now: Date },
): V1PodStatus => {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const phase = phaseOf(pod, reports, at.hasEnded);
  const areReady = !at.hasEnded && containers.every(({ name }) => reports.get(name)?.isReady === true);
  const isInitialized = exitCodes(initContainers, reports).every((code) => code === 0);
  const facts = {
    PodReadyToStartContainers: !at.hasEnded && at.address !== '',
    Initialized: isInitialized,
    ContainersReady: areReady,
    Ready: areReady && !at.isStopping,
  };
  return {
    phase,
    startTime: at.startedAt,
    hostIP: at.hostAddress,
    hostIPs: [{ ip: at.hostAddress }],
    ...(at.address === '' ? {} : { podIP: at.address, podIPs: [{ ip: at.address }] }),
    conditions: conditions(facts, at.before?.conditions ?? [], at.now),
    containerStatuses: containers.map((container) => containerStatus(container, reports)),
    ...(initContainers.length === 0
      ? {}
      : { initContainerStatuses: initContainers.map((container) => containerStatus(container, reports)) }),
  };
};
