import type { Step } from '@rushes/ports/manifest';
import { inSpan, type Logger, type Span, type Tracing } from '@rushes/runtime';

/** Told of the steps of a run while it goes on; nothing waits for it, and it throws nothing. */
export interface StepObserver {
  began(name: string): void;
  ended(step: Step): void;
}

/** Times the steps of a run and logs each as it ends. */
export interface StepLog {
  readonly steps: readonly Step[];
  /** Of a step that was done and timed elsewhere. */
  record(step: Step): void;
  step<T>(
    name: string,
    work: () => Promise<T>,
    describe?: (result: T) => { readonly rows?: number; readonly reused?: boolean },
  ): Promise<T>;
}

const tell = (span: Span | undefined, { rows, reused }: Pick<Step, 'rows' | 'reused'>): void =>
  span?.set({
    ...(rows === undefined ? {} : { 'rushes.rows': rows }),
    ...(reused === undefined ? {} : { 'rushes.reused': reused }),
  });

/** @param tracing each step is a span within the one that it is done in. */
export const createStepLog = (logger: Logger, now: () => Date, tracing?: Tracing, observer?: StepObserver): StepLog => {
  const steps: Step[] = [];
  const keep = (step: Step): void => {
    steps.push(step);
    observer?.ended(step);
    logger.debug({ step: step.name, duration_ms: step.durationMs, rows: step.rows, reused: step.reused }, `${step.name} done`);
  };
  const begin = (name: string, startMs?: number): Span | undefined => {
    const parent = tracing?.active();
    return parent && tracing?.start(name, { parent, ...(startMs === undefined ? {} : { startMs }) });
  };
  return {
    steps,
    record(step) {
      const startMs = Date.parse(step.startedAt);
      const span = begin(step.name, startMs);
      tell(span, step);
      span?.end(startMs + step.durationMs);
      keep(step);
    },
    step(name, work, describe) {
      const span = begin(name);
      return inSpan(tracing, span, async () => {
        const started = now();
        observer?.began(name);
        const result = await work();
        const described = describe?.(result) ?? {};
        tell(span, described);
        keep({ name, startedAt: started.toISOString(), durationMs: now().getTime() - started.getTime(), ...described });
        return result;
      });
    },
  };
};
