/** What processes say of themselves that comes near to a limit. What another release says in another form is passed over. */
import { type EarlyWarning, lagWarning, quotaWarning } from '@rushes/ports';

import type { LayerState, ProcessState } from './heartbeat.ts';

/** What the process that polls TMDB says of itself. */
export const tmdbState = (requestsLeft: number, requestsPerDay: number): LayerState => ({
  tmdb_requests_left: requestsLeft,
  tmdb_requests_per_day: requestsPerDay,
});

/** Of requests to sources. */
export const quotaWarnings = (processes: readonly Pick<ProcessState, 'state'>[]): readonly EarlyWarning[] =>
  processes.flatMap(({ state: { tmdb_requests_left: left, tmdb_requests_per_day: perDay } }) =>
    typeof left === 'number' && typeof perDay === 'number' ? quotaWarning('TMDB', left, perDay) : [],
  );

/** Of processes that answer: for how long something waits that they do not show. @param staleAfterMs after which time answers say so. */
export const lagWarnings = (
  processes: readonly Pick<ProcessState, 'host' | 'pid' | 'state'>[],
  staleAfterMs: number,
): readonly EarlyWarning[] =>
  processes.flatMap(({ host, pid, state: { lagMs } }) =>
    typeof lagMs === 'number' ? lagWarning(`${host}:${pid}`, lagMs, staleAfterMs) : [],
  );
