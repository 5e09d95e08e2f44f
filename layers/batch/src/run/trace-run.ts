import { inSpan, type Span, type Tracing } from '@rushes/runtime';
import type { RunReport } from '../publish/run-record.ts';

/** Says on the span of a run what the run came to. @param id its UUID, which OpenLineage's events name too. */
export const tellRun = (span: Span | undefined, { version, outcome, full, publication, origin }: RunReport, id: string): void => {
  if (span === undefined) return;
  span.set({
    'rushes.run.version': version,
    'rushes.run.id': id,
    'rushes.run.outcome': outcome,
    'rushes.run.full': full,
    ...(origin === undefined ? {} : { 'rushes.run.origin': origin }),
    ...(publication === undefined ? {} : { 'rushes.publication': publication }),
  });
  // One that failed throws; one that was interrupted or superseded did nothing wrong.
  if (outcome === 'refused') span.fail(outcome);
};

/** Does a run in a span, which is recorded whatever the share is: runs are few. */
export const traceRun = <Result>(tracing: Tracing | undefined, run: (span: Span | undefined) => Promise<Result>): Promise<Result> => {
  const span = tracing?.start('batch run');
  return inSpan(tracing, span, () => run(span));
};
