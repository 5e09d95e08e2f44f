import { randomUUID } from 'node:crypto';

import { requireTmdb } from '@rushes/app-speed';
import { type ExitCode, exitCodeOfSignal, UsageError } from '@rushes/runtime';
import { type Backfill, openTmdbState } from '@rushes/speed';
import { openStores } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { day, daysFromTo } from '../backfill-days.ts';
import { addCommand, done, type Invocation, storeSettings } from '../cli.ts';

interface BackfillFlags {
  readonly from: string;
  readonly to: string;
  readonly again?: true;
}

const daysOf = (from: string, to: string): readonly string[] => {
  if (Date.parse(to) > Date.now()) throw new UsageError(`${to} lies in the future`);
  try {
    return daysFromTo(from, to);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), {
      hint: 'Give the first day with --from and the last with --to.',
    });
  }
};

const span = ({ from, to }: Pick<Backfill, 'from' | 'to'>): string => `from ${from} to ${to}`;

/** What was asked for before is gone on with, as long as it is the same. */
const jobOf = (known: Backfill | undefined, { from, to, again }: BackfillFlags): Backfill => {
  const isSame = known?.from === from && known.to === to;
  if (isSame && again !== true) return known;
  if (known !== undefined && known.endedAtMs === null && again !== true)
    throw new UsageError(`a backfill ${span(known)} is under way: it is at ${known.day}`, {
      hint: 'Give the same days to go on with it, or --again to put this one in its place.',
    });
  return { id: randomUUID(), from, to, day: from, page: 0, pages: 0, films: 0, events: 0, requestedAtMs: Date.now(), endedAtMs: null };
};

const run = async (invocation: Invocation, flags: BackfillFlags): Promise<ExitCode> => {
  const { lifecycle, output, progress } = invocation;
  const days = daysOf(flags.from, flags.to);
  const source = await requireTmdb(invocation);
  const stores = await openStores(invocation);
  const state = openTmdbState(stores.objects);
  const known = await state.readBackfill();
  const job = jobOf(known, flags);
  if (job !== known) await state.writeBackfill(job);
  else if (job.endedAtMs === null && job.films > 0) output.note(`Goes on at ${job.day}, page ${job.page + 1}.`);

  const task = progress.task({ name: `tmdb ${span(job)}`, unit: 'films' });
  let shown = job.films;
  let last = job;
  /** Whoever polls does it: this process, or the one that polls already. */
  const isDone = async (): Promise<boolean> => {
    last = (await state.readBackfill()) ?? last;
    task.advance(Math.max(0, last.films - shown));
    shown = Math.max(shown, last.films);
    return last.id !== job.id || last.endedAtMs !== null;
  };
  if (!(await isDone())) await source.poll(stores, lifecycle.signal, { backfillUntil: isDone });
  const isEnded = last.id === job.id && last.endedAtMs !== null;
  if (isEnded) task.finish();
  else task.fail('stopped');
  const outcome = isEnded ? 'ended' : last.id === job.id ? 'interrupted' : 'replaced';
  const { from, to, films, events } = last;
  output.result({ from, to, day: last.day, films, events, outcome, requests_left: source.pace.left() }, () =>
    isEnded
      ? `${days.length} day${days.length === 1 ? '' : 's'} ${span(job)}: ${films.toLocaleString('en-US')} films asked for, ${events.toLocaleString('en-US')} events in the log.`
      : `Stopped at ${last.day}, page ${last.page + 1}: the same command goes on from there.`,
  );
  const signal = lifecycle.stoppedBy();
  return signal === undefined ? done : exitCodeOfSignal(signal);
};

export const addTmdbBackfill = (tmdb: Command): Command =>
  addCommand<BackfillFlags>(tmdb, 'backfill', {
    summary: 'take over what changed at TMDB on earlier days',
    description:
      'Asks TMDB for the films that changed on these days, as polling does, with the same limits. Where a process polls already, that one does the work and this command shows how far it is. It can be ended at any time, and goes on from there.',
    settings: storeSettings(),
    options: [
      new Option('--from <DAY>', 'the first day (UTC)').argParser(day).makeOptionMandatory(),
      new Option('--to <DAY>', 'the last day (UTC)').argParser(day).makeOptionMandatory(),
      new Option('--again', 'begin anew, also in the place of another backfill that is under way'),
    ],
    examples: [['tmdb backfill --from 2026-01-01 --to 2026-01-14', 'two weeks; called again, it goes on']],
    narrates: true,
    run,
  });
