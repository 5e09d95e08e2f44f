import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type Logger, postJson } from '@rushes/runtime';
import type { RunReport } from '../publish/run-record.ts';

/** Who is told when a run does not publish: a command, a webhook, both or neither. */
export interface AlertOptions {
  /** Run by `sh -c` with the report as JSON in `RUSHES_ALERT_REPORT` and a line for people in `RUSHES_ALERT_MESSAGE`. */
  readonly command?: string | undefined;
  /** Gets a POST with `{ message, report }`. */
  readonly webhook?: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** It can only be read by setting it, which a thread may not. */
function umaskOfStart(): number {
  if (!isMainThread) return 0o022;
  const mask = process.umask(0o077);
  process.umask(mask);
  return mask;
}

/** That the process was started with: what the command writes is its own, not part of the data folder, which is closed to others. */
const UMASK = umaskOfStart().toString(8).padStart(4, '0');
const run = promisify(execFile);

/** Tells about a run; what goes wrong with that is logged and never fails the run. */
export const sendAlert = async (options: AlertOptions, report: RunReport, logger: Logger): Promise<void> => {
  const message = `Rushes: batch run ${report.version} ${report.outcome}: ${report.message ?? 'see the report'}`;
  const attempts: [string, () => Promise<unknown>][] = [];
  const { command, webhook } = options;
  if (command !== undefined) {
    // The steps' timings are of no use in an alert, and an environment variable is limited in size.
    const env = { ...process.env, RUSHES_ALERT_MESSAGE: message, RUSHES_ALERT_REPORT: JSON.stringify({ ...report, steps: [] }) };
    attempts.push(['command', () => run('sh', ['-c', `umask ${UMASK}\n${command}`], { env, timeout: TIMEOUT_MS })]);
  }
  if (webhook !== undefined) attempts.push(['webhook', () => postJson(webhook, { message, report })]);
  await Promise.all(
    attempts.map(async ([kind, attempt]) => {
      try {
        await attempt();
        logger.info({ kind }, 'alert sent');
      } catch (err) {
        logger.error({ err, kind }, `the alert ${kind} failed`);
      }
    }),
  );
};
