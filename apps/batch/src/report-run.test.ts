import type { RunNotice, RunReports } from '@rushes/ports';
import { silentProgress } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { observeRun, reportEnd, reportProgress } from './report-run.ts';

/** Keeps what it is told. */
const keep = () => {
  const notices: RunNotice[] = [];
  const events: string[] = [];
  const reports: RunReports = {
    notice: (notice) => void notices.push(notice),
    event: (kind, reason, message) => void events.push(`${kind} ${reason}: ${message}`),
    close: () => Promise.resolve(),
  };
  return { reports, notices, events };
};

test('a run tells its version, each step as it begins, and steps that took long', () => {
  const { reports, notices, events } = keep();
  const observer = observeRun(reports);
  observer.versionClaimed(7);
  observer.began('gold.titles');
  observer.ended({ name: 'gold.titles', startedAt: '', durationMs: 2_000, rows: 20_000 });
  observer.ended({ name: 'gold.genres', startedAt: '', durationMs: 999 });
  observer.ended({ name: 'gold.people', startedAt: '', durationMs: 5_000, reused: true });
  expect(notices).toEqual([{ version: '7' }, { step: 'gold.titles', progress: '' }]);
  expect(events).toEqual(['normal RunBegan: batch run 7 began', 'normal StepDone: gold.titles took 2 s, 20,000 rows']);
});

test('of very many long steps the first are told', () => {
  const { reports, events } = keep();
  const observer = observeRun(reports);
  for (let n = 0; n < 100; n++) observer.ended({ name: `step ${n}`, startedAt: '', durationMs: 2_000 });
  expect(events).toHaveLength(25);
});

test('progress is told in the words of its unit', () => {
  const { reports, notices } = keep();
  const progress = reportProgress(silentProgress, reports);
  progress.task({ name: 'build gold', unit: 'tables', total: 15 }).advance(1_000);
  progress.task({ name: 'read', unit: 'rows' }).advance(2_000);
  progress.task({ name: 'read', unit: 'bytes', total: 3_000_000 }).advance(1_000_000);
  expect(notices.map(({ progress: said }) => said)).toEqual(['build gold: 1,000 of 15 tables', 'read: 2,000 rows', 'read: 1 MB of 3 MB']);
});

test('the end of a run that threw says why', () => {
  const { reports, notices, events } = keep();
  reportEnd(reports, { error: new Error('the disk is full') });
  expect(notices).toEqual([{ outcome: 'failed', message: 'the disk is full', progress: '', step: '' }]);
  expect(events).toEqual(['warning RunFailed: the run failed: the disk is full']);
});
