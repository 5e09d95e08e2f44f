/**
 * From when on something is worth a look although every answer is right: what `/health` and `rushes status` warn of. The rules in `ops/prometheus` have the same
 * limits, which a test compares.
 */
export const EARLY_LIMITS = {
  /** Seconds since the run began that the served version is of: the objective of freshness, a run every four hours and half an hour for it. */
  batchAgeS: 16_200,
  /** Share of the time that rows of the speed store live, of the oldest events that no published version covers. */
  uncoveredShare: 0.5,
  /** Share of a file's lines that are in quarantine. */
  quarantinedShare: 0.01,
} as const;

/** Something that comes near to a limit. */
export interface EarlyWarning {
  readonly what: 'batch_age' | 'lag' | 'uncovered_epoch' | 'quarantine';
  /** Which partition of the log, or which file. */
  readonly of?: string;
  readonly value: number;
  /** The value from which on it is warned of. */
  readonly limit: number;
  readonly unit: 'seconds' | 'share';
}

/** Of the data that are served. @param ageS seconds since the run began that they are of. */
export const batchAgeWarning = (ageS: number): readonly EarlyWarning[] =>
  ageS > EARLY_LIMITS.batchAgeS ? [{ what: 'batch_age', value: ageS, limit: EARLY_LIMITS.batchAgeS, unit: 'seconds' }] : [];

/** Of the oldest events that no published version covers. @param ageMs since their first row; @param ttlMs for how long rows live. */
export const uncoveredWarning = (ageMs: number, ttlMs: number): readonly EarlyWarning[] => {
  const limit = (EARLY_LIMITS.uncoveredShare * ttlMs) / 1000;
  return ageMs / 1000 >= limit ? [{ what: 'uncovered_epoch', value: Math.floor(ageMs / 1000), limit, unit: 'seconds' }] : [];
};

/** Of a file. @param lines how many it has; @param quarantined how many of them cannot be used. */
export const quarantineWarning = (file: string, lines: number, quarantined: number): readonly EarlyWarning[] =>
  lines > 0 && quarantined / lines > EARLY_LIMITS.quarantinedShare
    ? [{ what: 'quarantine', of: file, value: quarantined / lines, limit: EARLY_LIMITS.quarantinedShare, unit: 'share' }]
    : [];
