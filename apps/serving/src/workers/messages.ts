/** What the main process and its workers call of each other. */
import type { SharedMemory } from '@rushes/adapters/shared-memory';
import type { OffsetVector } from '@rushes/domain';
import type { LogForm, MeasuredMetrics, Session } from '@rushes/runtime';
import type { WorkerStates } from '@rushes/serving';

/** What a worker needs to know to be one. */
export interface WorkerOrder {
  /** Workers are numbered from 1; one that is started again has the number of the one that it stands for. */
  readonly worker: number;
  readonly config: Session['config'];
  readonly logForm: LogForm;
}

/** Of the main process. */
export type MainMethods = SharedMemory & {
  /** Told once, as soon as a worker can be told of. */
  order(): Promise<WorkerOrder>;
  /** The worker takes connections. */
  listening(url: string): Promise<void>;
  /** The worker ends, and why. */
  failed(message: string, hint: string | undefined): Promise<void>;
  states(): Promise<WorkerStates>;
  /** Whether all other workers that take connections show a position, now or within so many milliseconds. */
  shownByOthers(position: OffsetVector, ms: number): Promise<boolean>;
  /** Metrics of all workers together, as text. */
  metrics(): Promise<string>;
};

/** Of a worker. */
export type WorkerMethods = {
  measured(): Promise<MeasuredMetrics>;
  /** Whether it shows a position, now or within so many milliseconds. */
  isShown(position: OffsetVector, ms: number): Promise<boolean>;
  /** Answered as soon as its event loop turns. */
  ping(): Promise<void>;
  /** Ends it, once what is under way is answered. */
  stop(): Promise<void>;
};
