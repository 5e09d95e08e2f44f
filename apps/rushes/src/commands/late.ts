import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type LateReport, readLateEvents } from '@rushes/batch';
import { type Topic, TOPICS } from '@rushes/domain';
import { openLakeToRead } from '@rushes/stores';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { instant } from '../instant.ts';
import { describeLate } from '../late-lines.ts';
import { wholeNumber } from '../whole-number.ts';

interface LateFlags {
  readonly since?: number;
  readonly topic?: Topic;
  readonly limit: number;
}

const MAX_ROWS = 10_000;

const rowLimit = (text: string): number => {
  const limit = wholeNumber(0)(text);
  if (limit > MAX_ROWS) throw new InvalidArgumentError(`give a whole number up to ${MAX_ROWS}; the table ledger.late_events has all.`);
  return limit;
};

export const addLate = (program: Command): Command =>
  addCommand<LateFlags>(program, 'late', {
    summary: 'show events that came late, and what they moved',
    description:
      'Shows events of the published version that came late: their bucket of event time had ended when they were appended, or, of an observation, one of a later time had come before. With each, the state of the view before and after it; the last appended first.',
    settings: [...storeSettings(), 'batch.threads'],
    options: [
      new Option('--since <TIME>', 'only events appended at this time (UTC) or later').argParser(instant),
      new Option('--topic <TOPIC>', 'only events of this topic').choices(TOPICS),
      new Option('--limit <N>', `how many rows, up to ${MAX_ROWS}; 0: totals alone`).argParser(rowLimit).default(20),
    ],
    examples: [
      ['late --data data', 'totals by view, and the last twenty'],
      ['late --since 2026-01-31 --topic movie.reviews --limit 1000 --json', 'reviews since a day, for programs'],
    ],
    run: async (invocation, { since, topic, limit }) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      const stores = await openLakeToRead(invocation);
      // Nothing is made in a data folder that is only read.
      const workFolder = await mkdtemp(join(tmpdir(), 'rushes-late-'));
      try {
        const options = { sinceMs: since, topic, limit, workFolder, threads: config.batch.threads };
        const report: LateReport | undefined = await readLateEvents(stores, options, { logger, progress, signal: lifecycle.signal });
        output.result(report ?? { version: null, ledger: null }, () => describeLate(report, output.columns));
      } finally {
        await rm(workFolder, { recursive: true, force: true });
      }
      return done;
    },
  });
