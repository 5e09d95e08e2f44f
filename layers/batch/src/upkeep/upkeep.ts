/**
 * What has to be done now and then beside batch runs: the log forgets what is archived, bronze what is older than its retention, Iceberg tables that fell
 * behind what is published are brought up to it, and what is stored is
 * compared with its checksums and with a recompute. Whatever fails is logged, and tried again the next time.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type Lake, openLake } from '@rushes/lake';
import type { EventLog, SpeedStore } from '@rushes/ports';
import { explainError, type Logger, silentProgress } from '@rushes/runtime';

import { trimmableUpTo } from '../archive/trimmable.ts';
import { auditStores } from '../audit/audit.ts';
import type { BatchStores } from '../context/stores.ts';
import { followIceberg } from '../iceberg/tables-of-lake.ts';
import { applyRetention } from '../retention/apply-retention.ts';
import { verifyStores } from '../verify/verify-stores.ts';
import { type CheckName, type CheckRecord, nextCheckAt, readCheck, writeCheck } from './check-record.ts';
import type { UpkeepMetrics } from './upkeep-metrics.ts';

export interface UpkeepStores extends BatchStores {
  readonly log: EventLog;
  readonly speed: SpeedStore;
}

export interface UpkeepOptions {
  /** Folder for scratch files of audits. */
  readonly workFolder: string;
  /** Minutes from one audit, and one verification, to the next; 0: none. */
  readonly auditIntervalMinutes: number;
  /** Days that bronze is kept; 0: for ever. */
  readonly bronzeDays: number;
  readonly keepVersions: number;
  /** Bound of the SQL engine's buffers. */
  readonly memoryLimitMb: number | undefined;
  readonly threads: number;
}

export interface UpkeepContext {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly metrics?: UpkeepMetrics;
  readonly now?: () => Date;
}

const HOUR_MS = 3_600_000;
const RETENTION_INTERVAL_MS = 24 * HOUR_MS;

const trim = async (stores: UpkeepStores, { logger }: UpkeepContext): Promise<void> => {
  const trimmed = await stores.log.trim(await trimmableUpTo(stores));
  if (trimmed > 0) logger.info({ records: trimmed }, 'the log forgot what is archived and older than its retention');
};

/** Once a day, by whichever process comes first. */
const retain = async (lake: Lake, stores: UpkeepStores, options: UpkeepOptions, context: UpkeepContext): Promise<void> => {
  const at = context.now?.() ?? new Date();
  const last = await readCheck(lake, 'retention');
  if (last === undefined || nextCheckAt(last, RETENTION_INTERVAL_MS, at.getTime()) <= at.getTime()) {
    const { archive, loads, kept_because: keptBecause } = await applyRetention(stores, options, { ...context, progress: silentProgress });
    if (archive.files + loads.files > 0)
      context.logger.info({ archive, loads }, `removed from bronze what is older than ${options.bronzeDays} days and nobody needs`);
    if (keptBecause !== null) context.logger.warn(`the archive keeps everything for now: ${keptBecause}`);
    await writeCheck(lake, 'retention', { at: at.toISOString(), found: { faults: 0, compared: archive.files + loads.files } });
  }
};

/** `undefined`: nothing is published that could be checked. */
type Check = (stores: UpkeepStores, options: UpkeepOptions, context: UpkeepContext) => Promise<CheckRecord['found'] | undefined>;

const verify: Check = async (stores, _options, { logger, signal }) => {
  const { version, objects, artefacts, damages } = await verifyStores(stores, { progress: silentProgress, signal });
  for (const damage of damages) logger.error({ ...damage }, `${damage.name} is ${damage.fault}. ${damage.way_out}`);
  if (damages.length === 0 && version === null) return undefined;
  if (damages.length === 0) logger.info({ objects, artefacts }, 'verified: all is what was stored');
  return { faults: damages.length, compared: objects + artefacts };
};

const audit: Check = async (stores, options, context) => {
  const report = await auditStores(stores, options, { ...context, progress: silentProgress });
  if (report === undefined) return undefined;
  const { states, events, differences, first } = report;
  if (first === undefined) context.logger.info({ states, events }, 'audited: all is as a recompute says');
  else context.logger.error({ differences, first }, 'the audit found a difference: see `rushes audit`');
  return { faults: differences, compared: states };
};

const CHECKS: Readonly<Record<CheckName, Check>> = { verify, audit };
const NAMES: readonly CheckName[] = ['verify', 'audit'];

const WHAT = {
  trim: 'tidying the log',
  iceberg: 'bringing the Iceberg tables up to date',
  retention: 'applying the retention of bronze',
  verify: 'verifying what is stored',
  audit: 'the audit',
} as const;

/** Does the work; what makes it fail is logged and counted. */
const attempt = async (task: keyof typeof WHAT, context: UpkeepContext, work: () => Promise<void>): Promise<void> => {
  if (context.signal.aborted) return;
  try {
    await work();
  } catch (err) {
    if (context.signal.aborted) return;
    context.metrics?.failed(task);
    const { message, hint } = explainError(err);
    context.logger.error({ err, hint }, `${WHAT[task]} failed: ${message}`);
  }
};

/** Does the check if it is due, by whoever did it last. */
const checkIfDue = async (
  name: CheckName,
  lake: Lake,
  stores: UpkeepStores,
  options: UpkeepOptions,
  context: UpkeepContext,
): Promise<void> => {
  const nowMs = (context.now?.() ?? new Date()).getTime();
  const last = await readCheck(lake, name);
  if (last !== undefined) context.metrics?.checked(name, last);
  else await writeCheck(lake, name, { at: new Date(nowMs).toISOString() });
  if (nextCheckAt(last, options.auditIntervalMinutes * 60_000, nowMs) > nowMs) return;
  const found = await CHECKS[name](stores, options, context);
  if (found === undefined) return;
  const record = { at: (context.now?.() ?? new Date()).toISOString(), found };
  await writeCheck(lake, name, record);
  context.metrics?.checked(name, record);
};

/** Does all that is due, once: after a run of a process that ends with it. Never throws. */
export const doUpkeep = async (stores: UpkeepStores, options: UpkeepOptions, context: UpkeepContext): Promise<void> => {
  await attempt('trim', context, () => trim(stores, context));
  const lake = openLake(stores.objects, '');
  const { keepVersions } = options;
  await attempt('iceberg', context, () => followIceberg(stores, { keepVersions, logger: context.logger, now: context.now }));
  if (options.bronzeDays > 0) await attempt('retention', context, () => retain(lake, stores, options, context));
  if (options.auditIntervalMinutes === 0) return;
  for (const name of NAMES) await attempt(name, context, () => checkIfDue(name, lake, stores, options, context));
};

export interface Upkeep {
  stop(): Promise<void>;
}

/** Does what is due again and again: at the start, then every hour, or at the interval of audits where that is shorter. */
export const startUpkeep = (stores: UpkeepStores, options: UpkeepOptions, given: UpkeepContext): Upkeep => {
  const ended = new AbortController();
  const context = { ...given, signal: AbortSignal.any([ended.signal, given.signal]) };
  const { signal } = context;
  const intervalMs = options.auditIntervalMinutes * 60_000;
  const restMs = intervalMs === 0 ? HOUR_MS : Math.min(HOUR_MS, intervalMs);
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await doUpkeep(stores, options, context);
      await sleep(restMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
};
