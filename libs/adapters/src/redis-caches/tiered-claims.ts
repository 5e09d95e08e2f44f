/**
 * Claims that all replicas share, also held in this process: where the server is lost, at least its own requests keep out of each other's way. A name that is
 * claimed here is claimed there next, and given back here if it is somebody else's there.
 */
import type { Claims, ClaimsOptions } from '@rushes/ports';

import type { RedisLink } from '../redis-link/index.ts';
import { CLAIM, RELEASE } from './scripts.ts';

export const tieredClaims = ({ name }: ClaimsOptions, front: Claims, link: RedisLink): Claims => {
  const keyOf = (claimed: string): string => link.key(name, 'claim', claimed);
  return {
    location: front.location,
    claim: async (claimed, owner, ttlMs, waited) => {
      if (!(await front.claim(claimed, owner, ttlMs))) return false;
      const answered = await link.run(CLAIM, [keyOf(claimed)], [owner, Math.ceil(ttlMs)], waited);
      if (answered?.reply !== 0) return true;
      await front.release(claimed, owner);
      return false;
    },
    release: async (claimed, owner, waited) => {
      await link.run(RELEASE, [keyOf(claimed)], [owner], waited);
      await front.release(claimed, owner);
    },
  };
};
