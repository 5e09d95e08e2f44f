import type { Command } from 'commander';

import { addDeadLettersList } from './dead-letters-list.ts';
import { addDeadLettersRetry } from './dead-letters-retry.ts';

export const addDeadLetters = (program: Command): Command => {
  const letters = program.command('dead-letters').description('Events that could not be used: list them, try them again.');
  addDeadLettersList(letters);
  addDeadLettersRetry(letters);
  return letters;
};
