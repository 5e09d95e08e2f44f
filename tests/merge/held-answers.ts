/** Whether clients that follow hold, in the end, what they would be answered now. */
import { offsetAt, PARTITIONS } from '@rushes/domain';
import { expect } from 'vitest';

import { askFor, type FollowedList, type Mirror } from './followers.ts';
import type { LiveWorld } from './live-world.ts';
import { positionOf } from './readers.ts';

/** What whoever follows holds in the end that is not what it would be answered now. */
export const heldWrongly = async (
  world: LiveWorld,
  { position, missing, held, asked }: Mirror,
  movies: readonly string[],
): Promise<readonly string[]> => {
  const { next: ends } = await world.stores.log.bounds();
  const hasCome = (): boolean => {
    const reached = positionOf(position());
    return missing()?.length === 0 && PARTITIONS.every((partition) => offsetAt(ends, partition) <= (reached?.[partition] ?? 0));
  };
  await expect.poll(hasCome, { interval: 20, timeout: 30_000 }).toBe(true);
  const [replica] = world.replicas;
  const wrong: string[] = [];
  for (const movie of movies) {
    const now = replica && (await askFor(replica, movie));
    if (now !== held.get(movie)) wrong.push(`a follower that asked ${asked()} times holds of ${movie} ${held.get(movie)}, not ${now}`);
  }
  return wrong;
};

/** Until whoever follows a list holds what a request for it is answered with. */
export const holdAnswers = async (world: LiveWorld, lists: readonly FollowedList[]): Promise<void> => {
  for (const { path, held } of lists)
    await expect
      .poll(async () => held() === (await world.replicas[0]?.app.inject(path))?.body, { interval: 20, timeout: 30_000 })
      .toBe(true);
};
