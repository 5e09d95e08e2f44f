import { openExistingKeys } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { showKey } from '../shown-key.ts';
import { table } from '../table.ts';

export const addKeysList = (keys: Command): Command =>
  addCommand(keys, 'list', {
    summary: 'show all API keys, without their secrets',
    description: 'Shows all API keys, without their secrets, the oldest first; expired and revoked ones too.',
    settings: ['folders.data', 'stores.keys'],
    examples: [
      ['keys list', 'all keys'],
      ['keys list --json', 'the same for programs'],
    ],
    run: async (invocation) => {
      const nowMs = Date.now();
      const shown = (await (await openExistingKeys(invocation)).list()).map((key) => showKey(key, nowMs));
      invocation.output.result({ keys: shown }, () =>
        shown.length === 0
          ? 'There is no key yet: `rushes keys create --role writer --name NAME` makes one.'
          : table(
              ['id', 'name', 'role', 'state', 'created', 'expires', 'revoked'],
              shown.map((key) => [
                key.id,
                key.name,
                key.role,
                key.state,
                key.created_at ?? '-',
                key.expires_at ?? 'never',
                key.revoked_at ?? '-',
              ]),
              invocation.output.columns,
            ),
      );
      return done;
    },
  });
