/**
 * The public keys of an issuer of tokens, from the address where it publishes them. Invariants: however many tokens are judged, and whatever they say, the issuer
 * is asked once at a time and seldom; keys that are known go on for a day while it cannot be asked.
 */
import type { createLocalJWKSet, JSONWebKeySet } from 'jose';

/** Keys in a form in which a token's is found. */
export type FindKey = ReturnType<typeof createLocalJWKSet>;

/** The issuer cannot be asked, and what is known of its keys is not enough. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface TokenKeys {
  /**
   * The keys as they are known.
   * @param isUnknown a token names one that is not among them: the issuer may have a new one.
   * @throws KeysUnavailableError
   */
  readonly get: (isUnknown: boolean) => Promise<FindKey>;
}

export interface TokenKeysOptions {
  readonly url: string;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** The issuer did not answer as it should. */
  readonly onTrouble: (error: unknown) => void;
}

interface Known {
  readonly find: FindKey;
  readonly atMs: number;
}

const FRESH_MS = 600_000;
const USABLE_MS = 24 * 3_600_000;
/** Between two looks for a key that is not known: tokens that name made-up keys cost no more. */
const UNKNOWN_PAUSE_MS = 30_000;
const FAILED_PAUSE_MS = 5_000;
const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;

const textOf = async (response: Response): Promise<string> => {
  let [text, bytes] = ['', 0];
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`answers more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

const keySetIn = (text: string): JSONWebKeySet => {
  const { keys } = JSON.parse(text) as { readonly keys?: unknown }; // as: looked at below
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) throw new Error(`answers no set of 1 to ${MAX_KEYS} keys`);
  return { keys: keys as JSONWebKeySet['keys'] }; // as: jose looks at each
};

const fetchKeys = async (url: string): Promise<FindKey> => {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answers with status ${response.status}`);
  }
  const { createLocalJWKSet } = await import('jose');
  return createLocalJWKSet(keySetIn(await textOf(response)));
};

export const createTokenKeys = ({ url, elapsedMs, onTrouble }: TokenKeysOptions): TokenKeys => {
  let known: Known | undefined;
  let last: { readonly atMs: number; readonly isFailed: boolean } | undefined;
  let loading: Promise<Known | undefined> | undefined;

  /** `undefined`: it failed. */
  const load = (): Promise<Known | undefined> =>
    (loading ??= fetchKeys(url)
      .then(
        (find) => {
          known = { find, atMs: elapsedMs() };
          last = { atMs: elapsedMs(), isFailed: false };
          return known;
        },
        (error: unknown) => {
          last = { atMs: elapsedMs(), isFailed: true };
          onTrouble(error);
          return undefined;
        },
      )
      .finally(() => {
        loading = undefined;
      }));
  const mayAsk = (pauseMs: number): boolean =>
    loading !== undefined || last === undefined || elapsedMs() - last.atMs >= (last.isFailed ? FAILED_PAUSE_MS : pauseMs);
  const unavailable = (): KeysUnavailableError => new KeysUnavailableError('the keys of the issuer of tokens cannot be fetched');

  return {
    get: async (isUnknown) => {
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : elapsedMs() - known.atMs;
      if (known !== undefined && ageMs < USABLE_MS && !isUnknown) {
        // Who asks does not wait for what is only to be refreshed.
        if (ageMs >= FRESH_MS && mayAsk(0)) void load();
        return known.find;
      }
      if (mayAsk(isUnknown && known !== undefined ? UNKNOWN_PAUSE_MS : 0)) {
        const loaded = await load();
        if (loaded === undefined) throw unavailable();
        return loaded.find;
      }
      if (known === undefined || ageMs >= USABLE_MS || last?.isFailed === true) throw unavailable();
      return known.find;
    },
  };
};
