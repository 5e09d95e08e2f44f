import type { Progress, ProgressTask } from './progress.ts';

export interface OwnTasks extends Progress {
  /** Ends what is still running, without success: the work that began it came to no good end. */
  failRest(note: string): void;
}

/** The tasks of one piece of work, so that none of them outlives it. */
export const ownTasks = (progress: Progress): OwnTasks => {
  const begun = new Set<ProgressTask>();
  return {
    task: (options) => {
      const task = progress.task(options);
      const own: ProgressTask = {
        ...task,
        finish: (note) => {
          begun.delete(own);
          task.finish(note);
        },
        fail: (note) => {
          begun.delete(own);
          task.fail(note);
        },
      };
      begun.add(own);
      return own;
    },
    failRest: (note) => {
      for (const task of begun) task.fail(note);
    },
  };
};
