/**
 * The interlock between time to live and batch runs: an epoch that no published version covers must not expire. Pure.
 */
import type { OffsetVector } from '@rushes/domain';
import { type Coverage, EARLY_LIMITS, epochAgeMs, oldestMs, uncoveredEpochs } from '@rushes/ports';

export interface Interlock {
  /** Age of the oldest uncovered epoch's first row, 0 if there is none. */
  readonly ageMs: number;
  /** The same as a share of the time to live. */
  readonly share: number;
  readonly level: 'fine' | 'warning' | 'alarm';
  /** What has to be projected anew now. */
  readonly due: readonly Coverage[];
}

const ALARM_SHARE = 0.75;

/** @param cut of the published version: an epoch that begins before it is covered. */
export const checkInterlock = (
  coverage: readonly Coverage[],
  cut: OffsetVector,
  nowMs: number,
  { ttlMs, renewAtShare }: { readonly ttlMs: number; readonly renewAtShare: number },
): Interlock => {
  const uncovered = uncoveredEpochs(coverage, cut);
  const ageMs = oldestMs(uncovered, nowMs, ttlMs);
  const share = ageMs / ttlMs;
  const level = share >= ALARM_SHARE ? 'alarm' : share >= EARLY_LIMITS.uncoveredShare ? 'warning' : 'fine';
  return { ageMs, share, level, due: uncovered.filter((one) => epochAgeMs(one, nowMs, ttlMs) >= renewAtShare * ttlMs) };
};
