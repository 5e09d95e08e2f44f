import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { UsageError } from '@rushes/runtime';
import { Option, type Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { composeFiles } from '../compose-files.ts';
import { writeComposeFiles } from '../write-compose-files.ts';

const NEXT = `Next:
  docker compose up -d --wait         builds the image the first time; the first version is published some seconds later
  docker compose exec serving-1 rushes keys create --role writer --name me
  http://127.0.0.1:8080/docs`;

export const addComposeInit = (compose: Command): Command =>
  addCommand<{ readonly out: string }>(compose, 'init', {
    summary: 'write .env and secrets/ for docker-compose.yml, with new secrets',
    description:
      'Writes .env and secrets/ for docker-compose.yml, with new random secrets, for their owner alone. What is there already is never changed: servers keep their secrets with their data.',
    settings: [],
    options: [new Option('--out <FOLDER>', 'the folder that holds docker-compose.yml').default('.')],
    examples: [['compose init', 'then: docker compose up -d --wait']],
    run: async ({ output }, { out }) => {
      const folder = resolve(out);
      const found = await stat(folder).catch(() => undefined);
      if (found?.isDirectory() !== true)
        throw new UsageError(`there is no folder ${folder}`, { hint: 'Name the one that holds docker-compose.yml with --out FOLDER.' });
      const files = await writeComposeFiles(folder, composeFiles(randomBytes));
      output.result({ files }, () => `Written, with new secrets:\n${files.map((path) => `  ${path}`).join('\n')}\n${NEXT}`);
      return done;
    },
  });
