/** One GET request: bounded redirects, a limit on silence, and every fault sorted into "may work when tried again" and "will not". */
import { TerminalError, TransientError } from '@rushes/runtime';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Client errors that time may cure (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const CURABLE = new Set([408, 425, 429]);

/** Error codes of the system and of fetch that say that there is no way to the server, or nobody there. */
const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** There was no way to the server. */
export class UnreachableError extends TransientError {
  override readonly name = 'UnreachableError';
}

/** Aborts when nothing was heard for `limitMs`; `heard` starts the time again. */
export interface SilenceLimit {
  readonly signal: AbortSignal;
  heard(): void;
  stop(): void;
}

export const limitSilence = (what: string, limitMs: number): SilenceLimit => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TransientError(`${what}: the server was silent for ${limitMs / 1000} s`)), limitMs);
  return {
    signal: controller.signal,
    heard: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
};

/**
 * The answer to a GET request, with a status of 200, 206, 304 or 416; its body is not read yet.
 * @throws TerminalError for what will not go away, TransientError for what may; whatever aborted `signal`.
 */
export const get = async (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> => {
  let current = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await send(current, headers, signal);
    if (!REDIRECTS.has(response.status)) return accepted(current, response);
    await response.body?.cancel();
    current = redirectTarget(current, response.headers.get('location'));
  }
  throw new TerminalError(`${url.href} leads from one address to the next, more than ${MAX_REDIRECTS} times`, {
    hint: 'check the address',
  });
};

const send = async (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> => {
  try {
    // identity: what is stored must be the server's bytes, not unpacked ones.
    return await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers }, redirect: 'manual', signal });
  } catch (cause) {
    signal.throwIfAborted();
    // Faults of a connection carry a code; without one, fetch refused to try (a port that no browser uses, say).
    if (errorCodes(cause).length === 0) throw new TerminalError(`${url.href} cannot be asked for`, { hint: 'check the address', cause });
    throw networkError(url, cause);
  }
};

/** A fault of the connection, as an error that says which. */
export const networkError = (url: URL, cause: unknown): TransientError =>
  errorCodes(cause).some((code) => UNREACHABLE.has(code))
    ? new UnreachableError(`${url.host} cannot be reached`, { cause })
    : new TransientError(`the connection to ${url.host} broke off`, { cause });

/** The codes of an error, of what caused it and of what it is made of (one for each address that was tried). */
const errorCodes = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [...own, ...errorCodes(error.cause), ...parts.flatMap(errorCodes)];
};

const redirectTarget = (from: URL, location: string | null): URL => {
  const target = location === null ? null : URL.parse(location, from.href);
  const allowed = target !== null && (target.protocol === 'https:' || (target.protocol === 'http:' && from.protocol === 'http:'));
  if (!allowed)
    throw new TerminalError(`${from.href} leads on to ${location ?? 'nowhere'}, which is not followed`, { hint: 'check the address' });
  return target;
};

const accepted = async (url: URL, response: Response): Promise<Response> => {
  const { status } = response;
  if (status === 200 || status === 206 || status === 304 || status === 416) return response;
  await response.body?.cancel();
  const message = `${url.href} was answered with status ${status}`;
  if (status >= 500 || CURABLE.has(status)) throw new TransientError(message, { hint: 'try again later' });
  throw new TerminalError(message, { hint: 'check the address of the files (--base-url)' });
};
