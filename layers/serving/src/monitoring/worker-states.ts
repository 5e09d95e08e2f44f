/** The processes of one service, by their number. */
export interface WorkerStates {
  /** So many there should be. */
  readonly configured: number;
  /** So many take connections. */
  readonly listening: number;
}

export interface AnsweringWorker extends WorkerStates {
  /** The worker that answers, from 1 on. */
  readonly answeredBy: number;
}

/** What is not as it should be, in words; `undefined`: nothing. */
export const missingWorkers = ({ configured, listening }: WorkerStates): string | undefined =>
  listening >= configured ? undefined : `${configured - listening} of ${configured} workers are being started again`;
