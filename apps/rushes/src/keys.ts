/** The embedded store of API keys, and a key as commands show it: never its secret, nor the hash of it. */
import { openEmbeddedKeys } from '@rushes/adapters/embedded';
import type { ApiKey, ApiKeyStore } from '@rushes/ports';
import type { Session } from '@rushes/runtime';

import { checkDataFolder, makeDataFolder } from './folders.ts';

/** Opens the keys of the data folder, which is created if it is not there; they are closed when the session ends. */
export const openKeys = async (session: Session): Promise<ApiKeyStore> => {
  const { config, lifecycle } = session;
  await makeDataFolder(session);
  const keys = await openEmbeddedKeys(config.folders.data);
  lifecycle.onStop('the API keys', () => keys.close());
  return keys;
};

/** The same for commands that make no key. */
export const openExistingKeys = async (session: Session): Promise<ApiKeyStore> => {
  await checkDataFolder(session.config.folders.data);
  return openKeys(session);
};

export type KeyState = 'active' | 'expired' | 'revoked';

const stateOf = ({ revokedAtMs, expiresAtMs }: ApiKey, nowMs: number): KeyState => {
  if (revokedAtMs !== null) return 'revoked';
  return expiresAtMs !== null && nowMs >= expiresAtMs ? 'expired' : 'active';
};

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export interface ShownKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly state: KeyState;
  readonly created_at: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export const showKey = (key: ApiKey, nowMs: number): ShownKey => ({
  id: key.id,
  name: key.name,
  role: key.role,
  state: stateOf(key, nowMs),
  created_at: instant(key.createdAtMs),
  expires_at: instant(key.expiresAtMs),
  revoked_at: instant(key.revokedAtMs),
});
