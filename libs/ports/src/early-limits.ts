/**
 * From when on something is worth a look although every answer is right: what `/health` and `rushes status` warn of. The rules in `ops/prometheus` have the same
 * limits, which a test compares.
 */
export const EARLY_LIMITS = {
  /** Seconds since the run began that the served version is of: the objective of freshness, a run every four hours and half an hour for it. */
  batchAgeS: 16_200,
  /** Share of the time after which answers say `stale`, for which an event has waited to be shown. */
  staleShare: 0.5,
  /** Share of the time that rows of the speed store live, of the oldest events that no published version covers. */
  uncoveredShare: 0.5,
  /** Share of a file's lines that are in quarantine. */
  quarantinedShare: 0.01,
  /** Dead letters of the last hour. */
  deadLetters: 1,
  /** Share of the requests of a day to a source that are used. */
  quotaShare: 0.9,
} as const;

/** Something that comes near to a limit. */
export interface EarlyWarning {
  readonly what: 'batch_age' | 'lag' | 'uncovered_epoch' | 'dead_letters' | 'quarantine' | 'quota';
  /** Which partition of the log, process, file or source. */
  readonly of?: string;
  readonly value: number;
  /** The value from which on it is warned of. */
  readonly limit: number;
  readonly unit: 'seconds' | 'share' | 'events';
}

/** Lines of a file, and how many of them cannot be used. */
export interface ReadLines {
  readonly read: number;
  readonly quarantined: number;
}

/** Of the data that are served. @param ageS seconds since the run began that they are of. */
export const batchAgeWarning = (ageS: number): readonly EarlyWarning[] =>
  ageS > EARLY_LIMITS.batchAgeS ? [{ what: 'batch_age', value: ageS, limit: EARLY_LIMITS.batchAgeS, unit: 'seconds' }] : [];

/** @param of a partition, or a process; @param lagMs for how long an event has waited to be shown; @param staleAfterMs after which time answers say so. */
export const lagWarning = (of: string, lagMs: number, staleAfterMs: number): readonly EarlyWarning[] => {
  const limit = (EARLY_LIMITS.staleShare * staleAfterMs) / 1000;
  return lagMs / 1000 >= limit ? [{ what: 'lag', of, value: Math.round(lagMs) / 1000, limit, unit: 'seconds' }] : [];
};

/** Of the oldest events that no published version covers. @param ageMs since their first row; @param ttlMs for how long rows live. */
export const uncoveredWarning = (ageMs: number, ttlMs: number): readonly EarlyWarning[] => {
  const limit = (EARLY_LIMITS.uncoveredShare * ttlMs) / 1000;
  return ageMs / 1000 >= limit ? [{ what: 'uncovered_epoch', value: Math.floor(ageMs / 1000), limit, unit: 'seconds' }] : [];
};

/** @param letters dead letters of the last hour. */
export const deadLetterWarning = (letters: number): readonly EarlyWarning[] =>
  letters >= EARLY_LIMITS.deadLetters ? [{ what: 'dead_letters', value: letters, limit: EARLY_LIMITS.deadLetters, unit: 'events' }] : [];

/** @param lines of each file, by its data set. */
export const quarantineWarnings = (lines: Readonly<Record<string, ReadLines>>): readonly EarlyWarning[] =>
  Object.entries(lines).flatMap(([of, { read, quarantined }]): readonly EarlyWarning[] =>
    read > 0 && quarantined / read > EARLY_LIMITS.quarantinedShare
      ? [{ what: 'quarantine', of, value: quarantined / read, limit: EARLY_LIMITS.quarantinedShare, unit: 'share' }]
      : [],
  );

/** Of requests to a source. @param left requests of the day that may still be made; @param perDay all of them. */
export const quotaWarning = (source: string, left: number, perDay: number): readonly EarlyWarning[] => {
  const used = perDay > 0 ? 1 - left / perDay : 1;
  return used >= EARLY_LIMITS.quotaShare ? [{ what: 'quota', of: source, value: used, limit: EARLY_LIMITS.quotaShare, unit: 'share' }] : [];
};
