/** How a run ended, by what Kubernetes says of its job and pods. */
import type { V1Job, V1Pod } from '@kubernetes/client-node';

export interface JobEnd {
  readonly ended: 'complete' | 'failed' | 'deadline' | 'deleted';
  /** Of the attempt that ended last; `undefined` if no pod of it was seen to end. */
  readonly exitCode: number | undefined;
  /** In Kubernetes's words: `PodFailurePolicy`, `BackoffLimitExceeded`. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export const RUN_CONTAINER = 'batch';

/** The exit code of the run in a pod; `undefined` while it runs, or where it never ran. */
export const exitCodeOfPod = ({ status, spec }: V1Pod): number | undefined => {
  const statuses = status?.containerStatuses ?? [];
  const only = spec?.containers.length === 1 ? statuses[0] : undefined;
  return (statuses.find(({ name }) => name === RUN_CONTAINER) ?? only)?.state?.terminated?.exitCode;
};

/** `Container batch for pod rushes/x failed with exit code 3 matching FailJob rule at index 1` */
const codeInWords = (message: string | undefined): number | undefined => {
  const [, code] = /failed with exit code (\d+)/.exec(message ?? '') ?? [];
  return code === undefined ? undefined : Number(code);
};

/** `undefined` while it has not ended. `lastExitCode`: of the pod that was seen to end last, which may have gone since. */
export const endOfJob = ({ status }: Pick<V1Job, 'status'>, lastExitCode: number | undefined): JobEnd | undefined => {
  const condition = (status?.conditions ?? []).find(({ type, status: is }) => ['Complete', 'Failed'].includes(type) && is === 'True');
  if (condition === undefined) return undefined;
  const { type, reason, message } = condition;
  const said = { reason, message };
  if (type === 'Complete') return { ended: 'complete', exitCode: 0, ...said };
  if (reason === 'DeadlineExceeded') return { ended: 'deadline', exitCode: lastExitCode, ...said };
  return { ended: 'failed', exitCode: codeInWords(message) ?? lastExitCode, ...said };
};
