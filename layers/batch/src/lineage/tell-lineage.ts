/** Who is told what runs make of what: a file, a service, both or nobody. What goes wrong with that is logged and never fails a run. */
import { appendFile } from 'node:fs/promises';
import { type Logger, postJson } from '@rushes/runtime';
import type { RunReport } from '../publish/run-record.ts';
import { type LineageEvent, type MadeOfWhat, runEnded, runStarted, type TracedRun } from './open-lineage.ts';

export interface LineageOptions {
  /** Gets a line of JSON for each event. */
  readonly file?: string | undefined;
  /** Gets a POST for each event. */
  readonly url?: string | undefined;
  /** Sent to it as a bearer token. */
  readonly token?: string | undefined;
  /** Name space of jobs and data sets. */
  readonly namespace: string;
}

/** Tells of one run. */
export interface LineageTeller {
  began(): Promise<void>;
  ended(report: RunReport, made: MadeOfWhat | undefined): Promise<void>;
}

const send = async ({ file, url, token }: LineageOptions, events: readonly LineageEvent[], logger: Logger): Promise<void> => {
  const attempt = async (to: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (err) {
      logger.error({ err, to }, 'lineage of the run could not be told');
    }
  };
  if (file !== undefined)
    await attempt(file, () => appendFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { mode: 0o600 }));
  if (url !== undefined)
    await attempt(new URL(url).origin, async () => {
      // In their order; a service that is away is waited for once.
      for (const event of events) await postJson(url, event, token === undefined ? {} : { authorization: `Bearer ${token}` });
    });
};

export const lineageTeller = (options: LineageOptions | undefined, run: Omit<TracedRun, 'namespace'>, logger: Logger): LineageTeller => {
  if (options === undefined || (options.file === undefined && options.url === undefined))
    return { began: () => Promise.resolve(), ended: () => Promise.resolve() };
  const traced = { ...run, namespace: options.namespace };
  return {
    began: () => send(options, [runStarted(traced)], logger),
    ended: (report, made) => send(options, runEnded(traced, report, report.outcome === 'published' ? made : undefined), logger),
  };
};
