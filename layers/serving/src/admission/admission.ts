/**
 * What is computed at one time, by kind: answers, answers that look at a whole list (counts, searches), whole lists on their way to clients, and posted events.
 * Each kind waits in a line of its own.
 */
import { Problem } from '../http/problem.ts';
import { createGate, type Gate } from './gate.ts';
import { createTurns } from './turns.ts';

export type WorkKind = 'answers' | 'totals' | 'streams' | 'writes';

export type Admission = Readonly<Record<WorkKind, Gate>>;

export interface AdmissionOptions {
  /** Nobody waits in line longer than this; 0: no bounds. */
  readonly maxWaitMs: number;
  readonly retryAfterS: number;
  readonly onRefused: (kind: WorkKind) => void;
  /** Milliseconds of a clock that never steps. */
  readonly now?: () => number;
}

/** In between, requests are read and refused, and probes are answered. */
const ROUND_MS = 10;

/**
 * Answers are mostly computed in one piece; what takes long runs on threads of the store, where some dozens may wait. Counting a whole list takes a hundred
 * times as long as a page of it, and a search looks at all that match. A whole list takes its client's time, and some megabytes meanwhile. Writes share a
 * commit, so more of them at once are cheaper, not dearer.
 */
const LIMITS: Readonly<Record<WorkKind, { readonly concurrency: number; readonly maxQueued: number }>> = {
  answers: { concurrency: 32, maxQueued: 1024 },
  totals: { concurrency: 2, maxQueued: 64 },
  streams: { concurrency: 4, maxQueued: 16 },
  writes: { concurrency: 512, maxQueued: 1024 },
};

const WHAT: Readonly<Record<WorkKind, string>> = {
  answers: 'Too many answers are being computed',
  totals: 'Too many lists are being counted or searched',
  streams: 'Too many whole lists are on their way',
  writes: 'Too many events are being written',
};

const unbounded: Gate = { run: (work) => work(), isFull: () => false, waiting: () => 0 };

export const tooBusy = (kind: WorkKind, retryAfterS: number): Problem =>
  new Problem(503, `${WHAT[kind]}: try again in ${retryAfterS} s.`, { headers: { 'retry-after': String(retryAfterS) } });

export const createAdmission = ({ maxWaitMs, retryAfterS, onRefused, now = () => performance.now() }: AdmissionOptions): Admission => {
  if (maxWaitMs === 0) return { answers: unbounded, totals: unbounded, streams: unbounded, writes: unbounded };
  const turns = createTurns({ roundMs: ROUND_MS, now, defer: (callback) => void setImmediate(callback) });
  const gate = (kind: WorkKind): Gate =>
    createGate({
      ...LIMITS[kind],
      maxWaitMs,
      turns,
      now,
      busy: () => {
        onRefused(kind);
        return tooBusy(kind, retryAfterS);
      },
    });
  return { answers: gate('answers'), totals: gate('totals'), streams: gate('streams'), writes: gate('writes') };
};
