/** How a run in a cluster ended, as the exit code of whoever followed it, and in words. */
import type { JobEnd } from '@rushes/adapters/kubernetes';
import { EXIT_CODES, type ExitCode } from '@rushes/runtime';

export interface JobOutcome {
  readonly outcome: 'published' | 'failed' | 'misconfigured' | 'refused' | 'superseded' | 'deadline' | 'deleted';
  readonly exitCode: ExitCode;
  readonly text: string;
}

/** What ends a job at once (k8s/base/batch.yaml): another attempt would end the same. */
const BY_CODE: Readonly<Record<number, Omit<JobOutcome, 'text'> & { readonly text: string }>> = {
  [EXIT_CODES.usage]: { outcome: 'misconfigured', exitCode: EXIT_CODES.usage, text: 'it has wrong settings; its log says which' },
  [EXIT_CODES.refused]: {
    outcome: 'refused',
    exitCode: EXIT_CODES.refused,
    text: 'the data did not pass validation: nothing was published, the version before keeps serving',
  },
  [EXIT_CODES.superseded]: {
    outcome: 'superseded',
    exitCode: EXIT_CODES.superseded,
    text: 'another run came before it: nothing of it was published',
  },
};

export const outcomeOfJob = ({ ended, exitCode, reason, message }: JobEnd): JobOutcome => {
  const failed = { exitCode: EXIT_CODES.failed };
  if (ended === 'complete') return { outcome: 'published', exitCode: EXIT_CODES.ok, text: 'it published, or nothing had changed' };
  if (ended === 'deleted')
    return { outcome: 'deleted', ...failed, text: 'the job was deleted: the next run goes on with what this one had finished' };
  if (ended === 'deadline')
    return {
      outcome: 'deadline',
      ...failed,
      text: 'it was not done within the time that the job has (activeDeadlineSeconds): the next run goes on with what this one had finished',
    };
  const known = exitCode === undefined ? undefined : BY_CODE[exitCode];
  if (known !== undefined) return known;
  const why = [reason, message].filter((word) => word !== undefined && word !== '').join(': ');
  const code = exitCode === undefined ? '' : `; its last attempt ended with ${exitCode}`;
  return { outcome: 'failed', ...failed, text: `${why === '' ? 'it failed' : why}${code}` };
};
