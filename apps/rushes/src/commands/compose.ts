import type { Command } from 'commander';

import { addComposeInit } from './compose-init.ts';

export const addCompose = (program: Command): Command => {
  const compose = program.command('compose').description('Containers: what docker-compose.yml needs beside itself.');
  addComposeInit(compose);
  return compose;
};
