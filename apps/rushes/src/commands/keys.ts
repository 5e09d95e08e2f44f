import type { Command } from 'commander';

import { addKeysCreate } from './keys-create.ts';
import { addKeysList } from './keys-list.ts';
import { addKeysRevoke } from './keys-revoke.ts';

export const addKeys = (program: Command): Command => {
  const keys = program.command('keys').description('API keys: make them, list them, revoke them.');
  addKeysCreate(keys);
  addKeysList(keys);
  addKeysRevoke(keys);
  return keys;
};
