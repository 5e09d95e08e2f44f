/** The days (UTC) that trends and anomalies are made of. They follow from the window and the day that `as_of` lies in alone. Pure. */
import { bucketStart, DAY_MS } from '@rushes/views';

const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const;

export type DayWindow = keyof typeof DAYS;
export const DAY_WINDOWS = Object.keys(DAYS) as readonly DayWindow[]; // as: its own keys

export const daysOf = (window: DayWindow): number => DAYS[window];

/** The number of the day that a moment lies in, from 1970-01-01 on: equal numbers, equal answers. */
export const dayNumber = (atMs: number): number => Math.floor(atMs / DAY_MS);

export const startOfDay = (atMs: number): number => bucketStart(atMs, DAY_MS);

/** Such as `2026-03-01`. */
export const dateOf = (startMs: number): string => new Date(startMs).toISOString().slice(0, '2026-03-01'.length);
