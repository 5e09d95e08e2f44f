/** The ledger of late events, for people. */
import type { LateEvent, LateReport } from '@rushes/batch';
import { formatDuration } from '@rushes/runtime';

import { table } from './table.ts';

const DAY_MS = 24 * 3_600_000;

/** Lateness goes from milliseconds to years: events of old files are as late as they are old. */
const durationOf = (ms: number): string =>
  ms < 2 * DAY_MS ? formatDuration(ms) : `${Math.round(ms / DAY_MS).toLocaleString('en-US')} days`;

const show = (value: unknown): string => JSON.stringify(value);

/** What of a state an event changed. */
const moved = ({ before, after }: Pick<LateEvent, 'before' | 'after'>): string => {
  const changes = Object.keys(after).flatMap((measure) => {
    const [from, to] = [show(before[measure]), show(after[measure])];
    return from === to ? [] : [`${measure} ${from} → ${to}`];
  });
  return changes.length === 0 ? 'nothing: a newer one had come before' : changes.join(', ');
};

const rowOf = (event: LateEvent): readonly string[] => [
  event.appended_at,
  `${event.partition} at ${event.offset}`,
  event.movie_id,
  event.at,
  durationOf(event.late_ms),
  event.bucket === null ? event.view : `${event.view} ${event.bucket}`,
  moved(event),
];

export const describeLate = (report: LateReport | undefined, columns: number): string => {
  if (report === undefined) return 'Nothing has been published yet.';
  const { version, ledger } = report;
  if (ledger === null)
    return `Version ${version} was made before there was a ledger of late events: it has none. The next batch run builds it from all events.`;
  if (ledger.events === 0) return `Of the events asked for, none came late in version ${version}.`;
  return [
    `Version ${version}: ${ledger.events.toLocaleString('en-US')} ${ledger.events === 1 ? 'event' : 'events'} came late.`,
    table(
      ['view', 'events', 'late by at most'],
      ledger.views.map(({ view, events, longest_late_ms }) => [view, events, durationOf(longest_late_ms)]),
      columns,
    ),
    ...(ledger.newest.length === 0
      ? []
      : ['', table(['appended', 'from', 'movie', 'event time', 'late by', 'view', 'moved'], ledger.newest.map(rowOf), columns)]),
  ].join('\n');
};
