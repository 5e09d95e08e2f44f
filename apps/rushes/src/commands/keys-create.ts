import { randomBytes } from 'node:crypto';

import { KEY_ID_BYTES, KEY_SECRET_BYTES, makeKeyText, type Role, ROLES } from '@rushes/ports';
import { openKeys } from '@rushes/stores';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { showKey } from '../shown-key.ts';
import { lifetime } from '../lifetime.ts';

const MAX_NAME = 100;

const keyName = (text: string): string => {
  const name = text.trim();
  if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name))
    throw new InvalidArgumentError(`give a name of 1 to ${MAX_NAME} characters.`);
  return name;
};

export const addKeysCreate = (keys: Command): Command =>
  addCommand<{ readonly role: Role; readonly name: string; readonly expires: number }>(keys, 'create', {
    summary: 'make an API key and show it, once',
    description:
      'Makes an API key and shows it, once: what is stored is a hash. Each role may do what those before it may: reader, writer (posts movies, ratings and reviews), operator.',
    settings: ['folders.data', 'stores.keys'],
    options: [
      new Option('--role <ROLE>', 'what the key may do').choices(ROLES).makeOptionMandatory(),
      new Option('--name <NAME>', 'whose it is, for the list').argParser(keyName).makeOptionMandatory(),
      new Option('--expires <TIME>', 'how long it is worth something: 90d, 12h, 30m, or never')
        .argParser(lifetime)
        .default(lifetime('365d'), '365d'),
    ],
    examples: [
      ['keys create --role writer --name importer', 'a key that may post, for a year'],
      ['keys create --role writer --name demo --expires 12h --json', 'the same for programs, for twelve hours'],
    ],
    run: async (invocation, { role, name, expires }) => {
      const nowMs = Date.now();
      const store = await openKeys(invocation);
      const { id, secretHash, text } = makeKeyText(randomBytes(KEY_ID_BYTES), randomBytes(KEY_SECRET_BYTES));
      const key = {
        id,
        secretHash,
        name,
        role,
        createdAtMs: nowMs,
        expiresAtMs: Number.isFinite(expires) ? nowMs + expires : null,
        revokedAtMs: null,
      };
      if (!(await store.add(key))) throw new Error(`there is a key ${id} already: try again`);
      const shown = showKey(key, nowMs);
      invocation.output.result({ ...shown, key: text }, () =>
        [
          text,
          `The key ${id} of ${name}: ${role}, ${shown.expires_at === null ? 'for ever' : `until ${shown.expires_at}`}. It is not shown again.`,
        ].join('\n'),
      );
      return done;
    },
  });
