/**
 * Clients that follow `/stream` while everything runs: their connections break, also in the middle of a message, replicas are replaced under them, and they go on from
 * the last message that they saw, at whichever replica.
 */
import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { openEventSource, type EventSource, type Message } from '../../layers/serving/test/event-source.ts';
import type { LiveWorld, Replica } from './live-world.ts';
import { topMoviesQuestion } from './questions.ts';
import { type Asked, positionOf } from './readers.ts';

const addresses = new WeakMap<Replica, Promise<string>>();
const addressOf = (replica: Replica): Promise<string> => {
  const known = addresses.get(replica) ?? replica.app.listen({ host: '127.0.0.1', port: 0 });
  addresses.set(replica, known);
  return known;
};

/** How long a connection lasts: from too short for a message to many of them. */
const LIVES_MS = [3, 40, 10, 700, 150, 25, 400];

interface Heard {
  /** First of all where the client could not go on: what it holds is worth nothing any more. */
  readonly onLost: () => void;
  readonly onMessage: (message: Message, replica: Replica) => Promise<void>;
}

/** Follows until it is told to stop. Calls with the position that it has come to. */
const followOn = async (
  world: LiveWorld,
  path: string,
  { onLost, onMessage }: Heard,
  isOver: () => boolean,
  onPosition: (position: string) => void,
): Promise<void> => {
  let lastEventId: string | undefined;
  for (let n = 0; !isOver(); n += 1) {
    const replica = world.replicas[n % world.replicas.length];
    if (replica === undefined) throw new Error('there is nobody to follow');
    let source: EventSource;
    try {
      source = await openEventSource(
        `${await addressOf(replica)}${path}`,
        lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      );
    } catch {
      await sleep(5); // it is being replaced
      continue;
    }
    if (source.status !== 200) {
      const body = await source.body();
      if (source.status === 410) {
        lastEventId = undefined;
        onLost();
      } else if (source.status !== 503) throw new Error(`${path} from ${lastEventId}: ${body}`);
      await sleep(5);
      continue;
    }
    let isClosed = false;
    void source.closed.then(() => (isClosed = true));
    const endMs = performance.now() + (LIVES_MS[n % LIVES_MS.length] ?? 0);
    for (let at = 0; ;) {
      const isLast = isClosed || isOver() || performance.now() > endMs;
      if (isLast) source.kill();
      for (; at < source.messages.length; at += 1) {
        const message = source.messages[at];
        if (message !== undefined) await onMessage(message, replica);
      }
      if (source.lastEventId() !== '') {
        lastEventId = source.lastEventId();
        onPosition(lastEventId);
      }
      if (isLast) break;
      await sleep(2);
    }
  }
};

export interface FollowedList {
  /** The path of a request that is answered with what is held. */
  readonly path: string;
  /** The answer that was told last. */
  readonly held: () => string | undefined;
  readonly ended: Promise<void>;
}

/** Holds the answer of `/top_movies` that it was told last, and keeps every one. */
export const followTopMovies = (
  world: LiveWorld,
  { reader, minVotes }: { readonly reader: number; readonly minVotes: number },
  isOver: () => boolean,
  keep: (asked: Asked) => void,
): FollowedList => {
  const question = topMoviesQuestion(100, minVotes);
  let held: string | undefined;
  const seenOf = new Map<number, string>();
  const onMessage = async ({ type, data, lastEventId }: Message, { life }: Replica): Promise<void> => {
    if (type !== 'answer') throw new Error(`nobody asked for ${type}`);
    const { meta } = JSON.parse(data) as { readonly meta: { readonly batch: { readonly version: number }; readonly completeness: string } }; // as: the envelope
    const said = {
      position: lastEventId,
      version: String(meta.batch.version),
      completeness: meta.completeness,
      etag: hash('sha256', data),
    };
    keep({ reader, life, question, demanded: undefined, seen: positionOf(seenOf.get(life)), status: 200, said, body: data });
    seenOf.set(life, lastEventId);
    held = data;
  };
  const path = `/stream?view=top_movies&limit=100&min_votes=${minVotes}`;
  const ended = followOn(world, path, { onLost: () => undefined, onMessage }, isOver, () => undefined);
  return { path: question.path, held: () => held, ended };
};

export interface Mirror {
  /** How far it has come. */
  readonly position: () => string | undefined;
  /** What its replica said last that answers lack. */
  readonly missing: () => readonly unknown[] | undefined;
  /** What it holds of each movie: what it was answered when it asked last. */
  readonly held: ReadonlyMap<string, string>;
  /** How often it asked for a movie. */
  readonly asked: () => number;
  readonly ended: Promise<void>;
}

/** A movie as the replica answers it; 404 is an answer too. */
export const askFor = async ({ app }: Replica, movie: string): Promise<string | undefined> => {
  const { statusCode, body } = await app.inject(`/movies/${movie}`);
  if (statusCode === 404) return 'unknown';
  return statusCode === 200 ? JSON.stringify((JSON.parse(body) as { readonly data: unknown }).data) : undefined; // as: the envelope
};

/** Holds all movies, and asks for one again only when it is told that it changed, or for all when another version is. */
export const mirrorMovies = (world: LiveWorld, movies: readonly string[], isOver: () => boolean): Mirror => {
  const held = new Map<string, string>();
  let [position, version, asked] = [undefined as string | undefined, undefined as string | undefined, 0];
  const askAgain = async (replica: Replica, wanted: readonly string[]): Promise<void> => {
    for (const movie of wanted) {
      asked += 1;
      const answer = await askFor(replica, movie);
      // The replica is going: whoever follows there next tells its version anew.
      if (answer === undefined) version = undefined;
      else held.set(movie, answer);
    }
  };
  const onMessage = async ({ type, data }: Message, replica: Replica): Promise<void> => {
    if (type === 'version') {
      if (data === version) return;
      version = data;
      await askAgain(replica, movies);
    } else await askAgain(replica, [(JSON.parse(data) as { readonly movie_id: string }).movie_id]); // as: an entry of `/changes`
  };
  const onLost = (): void => void (version = undefined);
  const ended = followOn(world, '/stream', { onLost, onMessage }, isOver, (at) => (position = at));
  return {
    position: () => position,
    missing: () => (version === undefined ? undefined : (JSON.parse(version) as { readonly missing: readonly unknown[] }).missing), // as: a version
    held,
    asked: () => asked,
    ended,
  };
};
