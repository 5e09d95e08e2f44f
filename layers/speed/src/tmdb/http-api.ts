/**
 * TMDB's API over HTTP. Invariants: every attempt waits for the pace; the key is in no error and no log line; a body is read whole, within limits of time and
 * size, or the attempt failed. Faults that may pass are tried again after waits that double, of which a random part is taken, so that many do not come back at
 * once; what `Retry-After` says counts for all requests.
 */
import { explainError, TransientError } from '@rushes/runtime';

import type { Clock } from '../ingest/pace.ts';
import { type TmdbAnswer, type TmdbApi, TmdbKeyError, type TmdbRequest } from './api.ts';
import type { RequestPace } from './request-pace.ts';

/** How a request ended, for metrics. */
export type RequestOutcome = 'found' | 'unchanged' | 'missing' | 'refused' | 'limited' | 'server' | 'broken' | 'malformed';

export interface HttpApiOptions {
  /** Ends with a slash. */
  readonly baseUrl: URL;
  /** Key (32 hex digits) or token; asked for anew whenever one was refused. */
  readonly key: () => Promise<string>;
  readonly pace: RequestPace;
  readonly clock: Clock;
  /** Numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly onRequest?: (outcome: RequestOutcome) => void;
  /** An attempt that failed and is made again. */
  readonly onRetry?: (path: string, reason: string, waitMs: number) => void;
  /** Longest time that an answer may take, its body included. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that says "in a year" is asked again before. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const API_KEY = /^[0-9a-f]{32}$/i;

/** `waitMs`: what the server asks for. */
interface Failure {
  readonly kind: 'failed';
  readonly outcome: RequestOutcome;
  readonly reason: string;
  readonly waitMs?: number | undefined;
}
type Attempt = TmdbAnswer | Failure | { readonly kind: 'refused' };

/** RFC 9110, 10.2.3: seconds, or a date. */
export const retryAfterMs = (text: string | null, nowMs: number): number | undefined => {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS) : undefined;
};

class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

const readBody = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new TooLargeError(`the answer has more than ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
};

export const createHttpApi = (options: HttpApiOptions): TmdbApi => {
  const { baseUrl, pace, clock, random, onRequest, onRetry, timeoutMs = TIMEOUT_MS } = options;
  const location = baseUrl.origin + baseUrl.pathname;
  let key: Promise<string> | undefined;

  const answerOf = async (response: Response): Promise<Attempt> => {
    const { status } = response;
    if (status === 200) {
      const text = await readBody(response);
      try {
        return { kind: 'found', value: JSON.parse(text), text, etag: response.headers.get('etag') ?? undefined };
      } catch {
        return { kind: 'failed', outcome: 'malformed', reason: 'the answer is not JSON' };
      }
    }
    await response.body?.cancel();
    if (status === 304) return { kind: 'unchanged' };
    if (status === 404) return { kind: 'missing' };
    if (status === 401 || status === 403) return { kind: 'refused' };
    const waitMs = retryAfterMs(response.headers.get('retry-after'), clock.nowMs());
    return { kind: 'failed', outcome: status === 429 ? 'limited' : 'server', reason: `status ${status}`, waitMs };
  };

  const attempt = async ({ path, query, etag }: TmdbRequest, signal: AbortSignal): Promise<Attempt> => {
    key ??= options.key().catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    const credential = await key;
    const url = new URL(path, baseUrl);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (etag !== undefined) headers['if-none-match'] = etag;
    if (API_KEY.test(credential)) url.searchParams.set('api_key', credential);
    else headers['authorization'] = `Bearer ${credential}`;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return await answerOf(await fetch(url, { headers, redirect: 'error', signal: AbortSignal.any([signal, limit]) }));
    } catch (error) {
      signal.throwIfAborted();
      // What fetch says of an address may have the key in it: only the kind of fault is told.
      const reason = limit.aborted ? `no whole answer within ${timeoutMs / 1000} s` : reasonOf(error);
      return { kind: 'failed', outcome: 'broken', reason };
    }
  };

  return {
    location,
    async get(request, signal) {
      for (let attempts = 1; ; attempts++) {
        await pace.take(signal);
        const answer = await attempt(request, signal);
        if (answer.kind === 'refused') {
          onRequest?.('refused');
          key = undefined;
          throw new TmdbKeyError(location);
        }
        if (answer.kind !== 'failed') {
          onRequest?.(answer.kind);
          return answer;
        }
        onRequest?.(answer.outcome);
        const { reason, waitMs: asked } = answer;
        const waitMs = asked ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)) * (0.5 + random() / 2);
        pace.rest(waitMs);
        if (attempts === ATTEMPTS)
          throw new TransientError(`${location}${request.path} could not be asked in ${ATTEMPTS} attempts: ${reason}`, {
            hint: 'Polling goes on by itself when it answers again.',
          });
        onRetry?.(request.path, reason, waitMs);
      }
    },
  };
};

/** A fault of the connection in words, without any address. */
const reasonOf = (error: unknown): string => {
  if (error instanceof TooLargeError) return error.message;
  const causes = [error, error instanceof Error ? error.cause : undefined];
  const code = causes.flatMap((one) => (one instanceof Error && 'code' in one && typeof one.code === 'string' ? [one.code] : []))[0];
  if (code !== undefined) return `the connection failed (${code})`;
  return error instanceof TypeError && error.message === 'fetch failed'
    ? 'the connection failed'
    : explainError(error).message.slice(0, 100);
};
