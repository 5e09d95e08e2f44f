import { UsageError } from '@rushes/runtime';
import { openExistingKeys } from '@rushes/stores';
import { Argument, type Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { showKey } from '../shown-key.ts';

export const addKeysRevoke = (keys: Command): Command =>
  addCommand<{ readonly ID: string }>(keys, 'revoke', {
    summary: 'make an API key worthless, for good',
    description: 'Makes an API key worthless, for good. Services that run take note within two seconds.',
    settings: ['folders.data', 'stores.keys'],
    arguments: [new Argument('<ID>', 'the key, as `rushes keys list` names it')],
    examples: [['keys revoke 0011223344556677', 'nobody can use this key any more']],
    run: async (invocation, { ID: id }) => {
      const nowMs = Date.now();
      const key = await (await openExistingKeys(invocation)).revoke(id, nowMs);
      if (key === undefined)
        throw new UsageError(`there is no API key ${id}`, { hint: '`rushes keys list` shows all keys with their ids.' });
      const shown = showKey(key, nowMs);
      invocation.output.result(shown, () => `The key ${id} of ${key.name} is revoked since ${shown.revoked_at}.`);
      return done;
    },
  });
