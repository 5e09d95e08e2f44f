/**
 * The interlock between time to live and batch runs: an epoch that no published version covers must not expire. Pure.
 */
import { offsetAt, type OffsetVector } from '@rushes/domain';
import { type Coverage, EXPIRED_MS } from '@rushes/ports';

import { NEVER_MS } from './options.ts';

export interface Interlock {
  /** Age of the oldest uncovered epoch's first row, 0 if there is none. */
  readonly ageMs: number;
  /** The same as a share of the time to live. */
  readonly share: number;
  readonly level: 'fine' | 'warning' | 'alarm';
  /** What has to be projected anew now. */
  readonly due: readonly Coverage[];
}

const WARNING_SHARE = 0.5;
const ALARM_SHARE = 0.75;

/** @param cut of the published version: an epoch that begins before it is covered. */
export const checkInterlock = (
  coverage: readonly Coverage[],
  cut: OffsetVector,
  nowMs: number,
  { ttlMs, renewAtShare }: { readonly ttlMs: number; readonly renewAtShare: number },
): Interlock => {
  const uncovered = coverage.filter((one) => one.from >= offsetAt(cut, one.partition) && one.expiresAtMs !== NEVER_MS);
  // Of what a clock that was ahead removed nobody knows the age: at least the whole time to live.
  const ageOf = (one: Coverage): number => (one.expiresAtMs === EXPIRED_MS ? ttlMs : ttlMs - (one.expiresAtMs - nowMs));
  const ageMs = Math.max(0, ...uncovered.map(ageOf));
  const share = ageMs / ttlMs;
  const level = share >= ALARM_SHARE ? 'alarm' : share >= WARNING_SHARE ? 'warning' : 'fine';
  return { ageMs, share, level, due: uncovered.filter((one) => ageOf(one) >= renewAtShare * ttlMs) };
};
