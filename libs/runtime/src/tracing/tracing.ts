/**
 * Traces as the layers see them. Where nothing is traced there is no `Tracing`, and a request that was not chosen has no `Span`: neither costs anything. What a
 * span says goes to another system, so there are no keys, addresses, ids of callers or texts of theirs in it.
 */

/** Where a span stands in its trace, as it goes from one process to another (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** What a request says of where it stands in a trace; whoever sent it may have written anything. */
export type Caller = { readonly [Name in keyof TraceContext]: string | undefined };

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: 'internal' | 'server' | 'producer' | 'consumer';
  /** What it is a part of. Default: nothing, it begins a trace. */
  readonly parent?: Span | TraceContext | undefined;
  readonly attributes?: SpanAttributes;
  /** Of other traces that it has to do with; those beyond the first 128 are left out. */
  readonly links?: readonly TraceContext[];
  /** When it began, in milliseconds since 1970. Default: now. */
  readonly startMs?: number;
}

/** A piece of work with a beginning and an end. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly context: TraceContext;
  set(attributes: SpanAttributes): void;
  /** It failed. @param type one of few: the class of an error, a status. */
  fail(type: string): void;
  /** @param endMs milliseconds since 1970. Default: now. */
  end(endMs?: number): void;
}

export interface SpanCounts {
  /** The collector took them. */
  readonly sent: number;
  /** Left out, because too many waited. */
  readonly dropped: number;
  /** The collector was away or refused them. */
  readonly lost: number;
}

export interface Tracing {
  /** Begins a span. `undefined` if its parent is of a trace that is not recorded, or cannot be read. */
  start(name: string, options?: SpanOptions): Span | undefined;
  /**
   * Begins the span of a request from outside, as a part of the trace of whoever sent it, if that is named; `undefined` for one that was not chosen. The
   * caller does not choose, unless callers are followed: a stranger can neither have all of its requests recorded nor pick the id that decides.
   * @param describe asked for attributes of one that was chosen.
   */
  receive(name: string, caller: Caller, describe: () => SpanAttributes): Span | undefined;
  /** Whether it is a place in a trace that is recorded: `start` begins a span there. */
  isRecorded(context: TraceContext): boolean;
  /** The span that the code is at work in. */
  active(): Span | undefined;
  /** Does the work in a span: what is logged meanwhile names it. */
  within<Result>(span: Span, work: () => Result): Result;
  /** Of all spans that ended. */
  counts(): SpanCounts;
}

export interface OpenTracing extends Tracing {
  /** Sends what waits, for at most two seconds. Never rejects. */
  close(): Promise<void>;
}

const errorType = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

/** Does the work in a span, which ends with it and is a failed one if it throws. Without a span it just does the work. */
export const inSpan = async <Result>(
  tracing: Tracing | undefined,
  span: Span | undefined,
  work: () => Promise<Result>,
): Promise<Result> => {
  if (tracing === undefined || span === undefined) return work();
  try {
    return await tracing.within(span, work);
  } catch (error) {
    span.fail(errorType(error));
    throw error;
  } finally {
    span.end();
  }
};
