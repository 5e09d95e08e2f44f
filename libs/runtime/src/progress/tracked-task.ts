import type { TaskState } from './pace.ts';
import type { ProgressTask, ProgressTaskOptions } from './progress.ts';

export interface TaskListener {
  advanced(state: TaskState): void;
  finished(state: TaskState, note: string | undefined): void;
  failed(state: TaskState, note: string | undefined): void;
}

export interface TrackedTask extends ProgressTask {
  state(): TaskState;
}

/** Counts what a task does and tells the listener; `nowMs` is any clock that only goes forward. */
export const trackTask = (options: ProgressTaskOptions, nowMs: () => number, listener: TaskListener): TrackedTask => {
  const startedMs = nowMs();
  let { total } = options;
  let done = 0;
  let over = false;
  const state = (): TaskState => ({ name: options.name, unit: options.unit, done, total, elapsedMs: nowMs() - startedMs });
  return {
    state,
    advance: (count) => {
      if (over) return;
      done += count;
      listener.advanced(state());
    },
    setTotal: (known) => {
      total = known;
    },
    finish: (note) => {
      if (over) return;
      over = true;
      listener.finished(state(), note);
    },
    fail: (note) => {
      if (over) return;
      over = true;
      listener.failed(state(), note);
    },
  };
};
