import type { Step } from '@rushes/ports/manifest';
import type { Logger } from '@rushes/runtime';

/** Told of the steps of a run while it goes on; nothing waits for it, and it throws nothing. */
export interface StepObserver {
  began(name: string): void;
  ended(step: Step): void;
}

/** Times the steps of a run and logs each as it ends. */
export interface StepLog {
  readonly steps: readonly Step[];
  record(step: Step): void;
  step<T>(
    name: string,
    work: () => Promise<T>,
    describe?: (result: T) => { readonly rows?: number; readonly reused?: boolean },
  ): Promise<T>;
}

export const createStepLog = (logger: Logger, now: () => Date, observer?: StepObserver): StepLog => {
  const steps: Step[] = [];
  const record = (step: Step): void => {
    steps.push(step);
    observer?.ended(step);
    logger.debug({ step: step.name, duration_ms: step.durationMs, rows: step.rows, reused: step.reused }, `${step.name} done`);
  };
  return {
    steps,
    record,
    async step(name, work, describe) {
      const started = now();
      observer?.began(name);
      const result = await work();
      record({ name, startedAt: started.toISOString(), durationMs: now().getTime() - started.getTime(), ...describe?.(result) });
      return result;
    },
  };
};
