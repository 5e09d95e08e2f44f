/** A key as commands show it: never its secret, nor the hash of it. */
import type { ApiKey } from '@rushes/ports';

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
