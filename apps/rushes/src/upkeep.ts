/** What has to be done now and then beside the layers: the log forgets what is archived, an audit looks whether all is right. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { EmbeddedStores } from '@rushes/adapters/embedded';
import { auditStores, trimmableUpTo, verifyStores } from '@rushes/batch';
import { Gauge, type Registry, type Session, silentProgress } from '@rushes/runtime';

const HOUR_MS = 3_600_000;

interface Upkeep {
  stop(): Promise<void>;
}

const registerMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    differences: new Gauge({
      name: 'rushes_audit_differences',
      help: 'States that the last audit found different from a recompute over all events. Anything but 0 is a fault.',
      registers,
    }),
    at: new Gauge({
      name: 'rushes_audit_timestamp_seconds',
      help: 'When the last audit ended, in seconds since 1970; 0 for never.',
      registers,
    }),
    damages: new Gauge({
      name: 'rushes_verify_damages',
      help: 'Files and records that the last verification found to be other than they were stored, or gone. Anything but 0 is a fault.',
      registers,
    }),
    verifiedAt: new Gauge({
      name: 'rushes_verify_timestamp_seconds',
      help: 'When the last verification ended, in seconds since 1970; 0 for never.',
      registers,
    }),
    states: new Gauge({ name: 'rushes_audit_states', help: 'States that the last audit compared.', registers }),
  };
};

export const startUpkeep = (session: Session, stores: EmbeddedStores, metrics: Registry): Upkeep => {
  const { logger, config } = session;
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, session.lifecycle.signal]);
  const measured = registerMetrics(metrics);
  const auditMs = config.batch.auditIntervalMinutes * 60_000;

  const tidy = async (): Promise<void> => {
    const trimmed = await stores.log.trim(await trimmableUpTo(stores));
    if (trimmed > 0) logger.info({ records: trimmed }, 'the log forgot what is archived and older than its retention');
  };
  const verify = async (): Promise<void> => {
    const { objects, artefacts, damages } = await verifyStores(stores, { progress: silentProgress, signal });
    measured.damages.set(damages.length);
    measured.verifiedAt.set(Date.now() / 1000);
    for (const damage of damages) logger.error({ ...damage }, `${damage.name} is ${damage.fault}. ${damage.way_out}`);
    if (damages.length === 0) logger.info({ objects, artefacts }, 'verified: all is what was stored');
  };
  const audit = async (): Promise<void> => {
    const { memoryLimitMb, threads } = config.batch;
    const report = await auditStores(
      stores,
      { workFolder: stores.scratchFolder, memoryLimitMb, threads },
      { logger, progress: silentProgress, signal },
    );
    if (report === undefined) return;
    measured.differences.set(report.differences);
    measured.states.set(report.states);
    measured.at.set(Date.now() / 1000);
    if (report.first === undefined) logger.info({ states: report.states, events: report.events }, 'audited: all is as a recompute says');
    else logger.error({ differences: report.differences, first: report.first }, 'the audit found a difference: see `rushes audit`');
  };
  /** Again and again; what fails is logged and tried the next time. */
  const every = async (intervalMs: number, what: string, work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await work().catch((err: unknown) => {
        if (!signal.aborted) logger.error({ err }, `${what} failed`);
      });
    }
  };
  const checks = auditMs === 0 ? [] : [every(auditMs, 'verifying what is stored', verify), every(auditMs, 'the audit', audit)];
  const running = Promise.all([every(HOUR_MS, 'tidying the log', tidy), ...checks]);
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
};
