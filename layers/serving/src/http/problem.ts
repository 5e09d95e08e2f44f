/** Errors as clients see them: RFC 9457 problem details. Only a `Problem` tells a client details; everything else is a bare 500. */
import { STATUS_CODES } from 'node:http';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** One bad parameter. */
export interface Fault {
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly name: string;
  readonly detail: string;
}

export interface ProblemOptions {
  /** URI of the kind of problem; `about:blank` says no more than the status. */
  readonly type?: string;
  readonly errors?: readonly Fault[];
  /** Further members, which the type defines. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly errors: readonly Fault[];
  readonly members: Readonly<Record<string, unknown>>;
  /** Response headers that go with it. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param detail what is wrong and what to do, for the client's developer. */
  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.type = options.type ?? 'about:blank';
    this.errors = options.errors ?? [];
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The JSON text of a problem. */
export const problemText = (problem: Problem, requestId: string): string =>
  JSON.stringify({
    type: problem.type,
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    request_id: requestId,
    ...problem.members,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  });

export const badRequest = (errors: readonly Fault[]): Problem =>
  new Problem(400, `The request has ${errors.length} invalid ${errors.length === 1 ? 'parameter' : 'parameters'}: see errors.`, { errors });

export const notFound = (what: string): Problem => new Problem(404, what);

export const unavailable = (detail: string, retryAfterS: number): Problem =>
  new Problem(503, detail, { headers: { 'retry-after': String(retryAfterS) } });
