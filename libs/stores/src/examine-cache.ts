/** How the cache does that the HTTP service shares, beside the stores: what `rushes doctor` tells. */
import { StoreUnavailable } from '@rushes/ports';
import type { Config } from '@rushes/runtime';

import type { StoreReport } from './examine-stores.ts';
import { findCache } from './shared-place.ts';

/** `undefined`: nothing is shared. @throws UsageError for a URL or settings that mean nothing. */
export const examineCache = async (config: Pick<Config, 'stores' | 'redis'>): Promise<StoreReport | undefined> => {
  const found = findCache(config);
  if (found === undefined) return undefined;
  const { location } = found;
  try {
    const { version, latencyMs, findings } = await found.check();
    return { kind: 'cache', location, state: 'answers', version, latencyMs, findings };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const finding = { level: 'warning', message: error.message, hint: error.hint ?? 'See the logs of the server.' } as const;
    return { kind: 'cache', location, state: 'away', version: undefined, latencyMs: undefined, findings: [finding] };
  }
};
