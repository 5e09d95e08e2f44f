/** Claims in the memory of the process. */
import type { Claims, ClaimsOptions } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

interface Claim {
  readonly owner: string;
  readonly expiresAtMs: number;
}

/** @param now milliseconds of the clock by which claims expire. */
export const memoryClaims = ({ name, maxClaims }: ClaimsOptions, now: () => number): Claims => {
  const claims = new LRUCache<string, Claim>({ max: maxClaims });
  return {
    location: `the claims ${name} in memory`,
    claim: async (claimed, owner, ttlMs) => {
      const held = claims.get(claimed);
      if (held !== undefined && held.owner !== owner && now() < held.expiresAtMs) return false;
      claims.set(claimed, { owner, expiresAtMs: now() + ttlMs });
      return true;
    },
    release: async (claimed, owner) => {
      if (claims.peek(claimed)?.owner === owner) claims.delete(claimed);
    },
  };
};
