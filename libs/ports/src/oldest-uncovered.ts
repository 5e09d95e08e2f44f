/** How long the oldest events wait for a published version, whose rows in the speed store live for a limited time. Pure. */
import { offsetAt, type OffsetVector } from '@rushes/domain';

import { type Coverage, EXPIRED_MS, NEVER_MS } from './speed-store.ts';

/** Epochs with rows that a version with this cut does not cover: they begin at it, or later. */
export const uncoveredEpochs = (coverage: readonly Coverage[], cut: OffsetVector): readonly Coverage[] =>
  coverage.filter((one) => one.from >= offsetAt(cut, one.partition) && one.expiresAtMs !== NEVER_MS);

/** For how long an epoch's first row has been there, in milliseconds. Of what a clock that was ahead removed nobody knows: at least the whole time to live. */
export const epochAgeMs = ({ expiresAtMs }: Coverage, nowMs: number, ttlMs: number): number =>
  expiresAtMs === EXPIRED_MS ? ttlMs : ttlMs - (expiresAtMs - nowMs);

/** The age of the oldest of these epochs in milliseconds, 0 if there is none. */
export const oldestMs = (epochs: readonly Coverage[], nowMs: number, ttlMs: number): number =>
  Math.max(0, ...epochs.map((one) => epochAgeMs(one, nowMs, ttlMs)));
