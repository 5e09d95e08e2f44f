/**
 * Calls of a server that the service can do without. Invariants: a call never rejects; the calls of one request together are waited for no longer than one
 * answer may take; a server that is away, does not answer or is slow is not called until it has shown, on a timer and to nobody's cost, that it answers quickly again.
 */
import type { Waited } from '@rushes/ports';

import { answerTimes, LateAnswerError, type Timed } from './answer-times.ts';
import { createBreaker } from './breaker.ts';
import { type RedisAccess, redisClient } from './client.ts';
import type { RedisObserver } from './observer.ts';
import { type RedisLocation, redisLocation } from './redis-url.ts';
import { meaningOf } from './refusals.ts';
import { isRefusal, type Reply, runScript, type Script, type ScriptArgument } from './script.ts';

export interface RedisLinkOptions extends RedisAccess {
  readonly at: RedisLocation;
  /** What all keys begin with: nobody else's do. */
  readonly keyPrefix: string;
  readonly observer: RedisObserver;
  /** How long an answer may take, and how long all answers of one request may be waited for, in milliseconds. Default: 20. */
  readonly answerMs?: number;
}

export interface RedisLink {
  /** For messages. */
  readonly location: string;
  readonly observer: RedisObserver;
  /** A key of this deployment. */
  readonly key: (...parts: readonly string[]) => string;
  /**
   * Runs a script. `undefined`: there is no answer, for whatever reason, and the caller does without. Never rejects.
   * @param waited what the request has waited so far. With nothing left of its time a script is sent all the same, since it may give something back, and not
   * waited for.
   */
  readonly run: (
    script: Script,
    keys: readonly string[],
    args: readonly ScriptArgument[],
    waited?: Waited,
  ) => Promise<{ readonly reply: Reply } | undefined>;
  /** What is wrong at the moment, in words that go on after a subject and name no host. */
  readonly trouble: () => string | undefined;
  readonly close: () => Promise<void>;
}

/** So long a start waits for the server. */
const FIRST_CONNECT_MS = 1_000;
/** When a server that is not used is looked at: a moment may be all that it was. */
const FIRST_WATCH_MS = 50;
const LONGEST_WATCH_MS = 250;
/** It has to answer so many times in a row quickly. */
const QUICK_PINGS = 3;
/** After so many looks without an answer the connection is given up for a new one: after some 0.7 s, and 5 s for one that is being made. */
const SILENT_LOOKS = 4;
const UNMADE_LOOKS = 20;

const AWAY = 'is out of reach';
const LATE = 'does not answer in time';
const SLOW = 'answers slowly';
const MESSAGE = 'the shared cache cannot be used: each process does with its own';

/** Opens the way to a server, which need not be there. Never rejects. */
export const openRedisLink = async ({ at, keyPrefix, observer, answerMs, ...access }: RedisLinkOptions): Promise<RedisLink> => {
  const location = redisLocation(at);
  const client = redisClient(at, access);
  const breaker = createBreaker();
  const inTime = answerTimes(answerMs);
  /** What the server refuses, by script: some may be refused while others are not. */
  const refused = new Map<string, string>();
  let openedBy = LATE;
  let lastError: Error | undefined;
  let isClosed = false;
  let isTold = false;
  let watching: NodeJS.Timeout | undefined;
  let silentLooks = 0;
  let watchMs = FIRST_WATCH_MS;

  const isThere = (): boolean => client.status === 'ready';
  const trouble = (): string | undefined => {
    if (!isThere()) return AWAY;
    return breaker.isOpen() ? openedBy : refused.values().next().value;
  };
  const tell = (): void => {
    const found = trouble();
    if (isClosed || (found !== undefined) === isTold) return;
    isTold = found !== undefined;
    if (found === undefined) observer.onRecovery();
    else
      observer.onTrouble(
        MESSAGE,
        new Error(`${location} ${found}${found === AWAY && lastError !== undefined ? ` (${lastError.message})` : ''}`),
      );
  };

  const pings = async (): Promise<boolean> => {
    for (let n = 0; n < QUICK_PINGS; n++) if ((await inTime(client.ping()).judged).isSlow) return false;
    return true;
  };
  const look = async (): Promise<void> => {
    if (!isThere()) {
      silentLooks += 1;
      // Connected, and no word since: a process that is frozen, or a way that leads nowhere any more.
      if (silentLooks >= UNMADE_LOOKS && (client.status === 'connect' || client.status === 'connecting')) renew();
      return;
    }
    try {
      const isQuick = await pings();
      silentLooks = 0;
      if (!isQuick) {
        openedBy = SLOW;
        return;
      }
      breaker.close();
      watchMs = FIRST_WATCH_MS;
      tell();
    } catch (error) {
      silentLooks += 1;
      if (error instanceof LateAnswerError) openedBy = LATE;
      if (silentLooks >= SILENT_LOOKS) renew();
    }
  };
  const renew = (): void => {
    silentLooks = 0;
    client.disconnect(true);
  };
  const watch = (): void => {
    if (watching !== undefined || isClosed) return;
    watching = setTimeout(() => {
      watching = undefined;
      if (isClosed) return;
      void look().finally(() => {
        if (!isThere() || breaker.isOpen()) watch();
      });
    }, watchMs).unref();
    watchMs = Math.min(2 * watchMs, LONGEST_WATCH_MS);
  };
  const onTrouble = (): void => {
    tell();
    watch();
  };

  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.on('close', onTrouble);
  client.on('ready', () => {
    silentLooks = 0;
    watchMs = FIRST_WATCH_MS;
    tell();
  });

  /** What an answer, or that there is none, says of the server; also where nobody waits for it any more. Never rejects. */
  const judge = async (script: Script, judged: Promise<Timed<Reply>>): Promise<{ readonly reply: Reply } | undefined> => {
    const beganMs = performance.now();
    const secondsSince = (): number => (performance.now() - beganMs) / 1000;
    try {
      const { answer: reply, isSlow } = await judged;
      observer.onCall(script.name, 'answered', secondsSince());
      refused.delete(script.name);
      if (breaker.answered(isSlow)) {
        openedBy = SLOW;
        watch();
      }
      tell();
      return { reply };
    } catch (error) {
      if (isRefusal(error)) {
        observer.onCall(script.name, 'refused', secondsSince());
        refused.set(script.name, meaningOf(error.message).reason);
      } else if (error instanceof LateAnswerError) {
        observer.onCall(script.name, 'late', secondsSince());
        openedBy = LATE;
        breaker.late();
      } else observer.onCall(script.name, 'lost', secondsSince());
      onTrouble();
      return undefined;
    }
  };

  const run: RedisLink['run'] = async (script, keys, args, waited) => {
    if (!isThere() || breaker.isOpen()) {
      observer.onCall(script.name, 'skipped', 0);
      return undefined;
    }
    const call = inTime(runScript(client, script, keys, args), waited?.ms);
    const answered = await Promise.race([judge(script, call.judged), call.timeIsUp]);
    if (waited !== undefined) waited.ms += call.waitedMs();
    return answered ?? undefined;
  };

  await Promise.race([
    client.connect().catch((error: Error) => {
      lastError = error;
    }),
    new Promise((resolve) => void setTimeout(resolve, FIRST_CONNECT_MS).unref()),
  ]);
  if (!isThere()) onTrouble();

  return {
    location,
    observer,
    key: (...parts) => [keyPrefix, ...parts].join(':'),
    run,
    trouble,
    async close() {
      isClosed = true;
      clearTimeout(watching);
      client.disconnect();
    },
  };
};
