/** How a long job tells how far it is. The job names its tasks; who runs it decides how they are shown. */
export interface Progress {
  /** Begins a task: `unit` names what is counted ("rows", "bytes"), `total` how many there are, where that is known. */
  task(options: ProgressTaskOptions): ProgressTask;
}

export interface ProgressTaskOptions {
  readonly name: string;
  readonly unit: string;
  readonly total?: number;
}

export interface ProgressTask {
  /** `count` more units are done. */
  advance(count: number): void;
  /** The total became known, or changed. */
  setTotal(total: number): void;
  /** The task is over; `note` says what came of it. Further calls do nothing. */
  finish(note?: string): void;
  /** The task ended without success; `note` says why. Further calls do nothing. */
  fail(note?: string): void;
}

/** Shows nothing. */
export const silentProgress: Progress = {
  task: () => ({ advance: () => undefined, setTotal: () => undefined, finish: () => undefined, fail: () => undefined }),
};
