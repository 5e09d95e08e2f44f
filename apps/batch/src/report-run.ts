/** What a run tells of itself while it goes on: the step that it is at, how far it is, how it ended. */
import type { BatchContext, RunReport } from '@rushes/batch';
import type { RunReports } from '@rushes/ports';
import { explainError, formatAmount, formatDuration, type Progress } from '@rushes/runtime';

/** A shorter step is no event. */
const LONG_MS = 1_000;
/** Of longer runs the first steps are told. */
const MOST_STEPS = 25;

export const observeRun = (reports: RunReports): NonNullable<BatchContext['observer']> => {
  let told = 0;
  return {
    versionClaimed(version) {
      reports.notice({ version: String(version) });
      reports.event('normal', 'RunBegan', `batch run ${version} began`);
    },
    began: (step) => reports.notice({ step, progress: '' }),
    ended({ name, durationMs, rows, reused }) {
      if (durationMs < LONG_MS || reused === true || told >= MOST_STEPS) return;
      told += 1;
      const count = rows === undefined ? '' : `, ${rows.toLocaleString('en-US')} rows`;
      reports.event('normal', 'StepDone', `${name} took ${formatDuration(durationMs)}${count}`);
    },
  };
};

/** Passes on what is told, and tells how far it is. */
export const reportProgress = (progress: Progress, reports: RunReports): Progress => ({
  task(options) {
    const task = progress.task(options);
    let [done, total] = [0, options.total];
    const tell = (): void => {
      const { name, unit } = options;
      const all = formatAmount(done, unit);
      const some = unit === 'bytes' ? all : done.toLocaleString('en-US');
      reports.notice({ progress: `${name}: ${total === undefined ? all : `${some} of ${formatAmount(total, unit)}`}` });
    };
    return {
      advance(count) {
        done += count;
        task.advance(count);
        tell();
      },
      setTotal(next) {
        total = next;
        task.setTotal(next);
      },
      finish: (note) => task.finish(note),
      fail: (note) => task.fail(note),
    };
  },
});

const REASONS = {
  published: 'RunPublished',
  refused: 'RunRefused',
  superseded: 'RunSuperseded',
  failed: 'RunFailed',
  interrupted: 'RunInterrupted',
} as const satisfies Readonly<Record<RunReport['outcome'], string>>;

/** How it ended; `ended` is its report, or what it threw. */
export const reportEnd = (reports: RunReports, ended: { readonly report: RunReport } | { readonly error: unknown }): void => {
  const { outcome, message = '' } =
    'report' in ended ? ended.report : ({ outcome: 'failed', message: explainError(ended.error).message } as const);
  reports.notice({ outcome, message, progress: '', step: '' });
  const isWell = outcome === 'published' || outcome === 'interrupted';
  reports.event(
    isWell ? 'normal' : 'warning',
    REASONS[outcome],
    `the run ${outcome === 'failed' ? outcome : `was ${outcome}`}${message === '' ? '' : `: ${message}`}`,
  );
};
