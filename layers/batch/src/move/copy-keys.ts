import type { ApiKey, ApiKeyStore } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';

const isSame = (one: ApiKey, other: ApiKey | undefined): boolean =>
  other !== undefined &&
  (['id', 'secretHash', 'name', 'role', 'createdAtMs', 'expiresAtMs', 'revokedAtMs'] as const).every((name) => one[name] === other[name]);

/** All keys with their revocations; one that was revoked since it was copied is revoked. @throws TerminalError for a key of the same id that is another. */
export const copyKeys = async (from: ApiKeyStore, to: ApiKeyStore): Promise<number> => {
  const keys = await from.list();
  for (const key of keys) {
    if (await to.add(key)) continue;
    let there = await to.find(key.id);
    if (there?.revokedAtMs === null && key.revokedAtMs !== null) there = await to.revoke(key.id, key.revokedAtMs);
    if (!isSame(key, there))
      throw new TerminalError(`the API key ${key.id} in ${to.location} is not the one in ${from.location}`, {
        hint: 'Keys of another system are there: name a place where nothing is.',
      });
  }
  return keys.length;
};
