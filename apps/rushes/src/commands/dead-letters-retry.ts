import { readFile } from 'node:fs/promises';

import { EXIT_CODES, UsageError } from '@rushes/runtime';
import { type LetterEntry, listLetters, type RetrialOutcome, retryLetter } from '@rushes/speed';
import { openExistingStores } from '@rushes/stores';
import { Argument, Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';

interface RetryOptions {
  readonly id?: string;
  readonly all?: true;
  readonly edit?: string;
}

/** @throws UsageError before anything is tried. */
const chosen = (entries: readonly LetterEntry[], { id, all, edit }: RetryOptions): readonly LetterEntry[] => {
  if ((id === undefined) === (all === undefined)) throw new UsageError('which dead letter?', { hint: 'Name one ID, or --all.' });
  if (id === undefined) {
    if (edit !== undefined) throw new UsageError('--edit is for one dead letter', { hint: 'Name its ID.' });
    return entries.filter(({ retried }) => retried === undefined);
  }
  const found = entries.find((entry) => entry.id === id);
  if (found === undefined) throw new UsageError(`there is no dead letter ${id}`, { hint: '`rushes dead-letters list` shows their ids.' });
  return [found];
};

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read`, { hint: 'Name a file with the event as JSON: type, version and payload.', cause });
  });

const lineOf = (outcome: RetrialOutcome): string => {
  switch (outcome.outcome) {
    case 'appended':
      return `${outcome.id}  is in the log again as event ${outcome.event_id}`;
    case 'retried before':
      return `${outcome.id}  was retried before, as event ${outcome.event_id}`;
    case 'still unusable':
      return `${outcome.id}  still cannot be used: ${outcome.reason}`;
  }
};

export const addDeadLettersRetry = (letters: Command): Command =>
  addCommand<RetryOptions>(letters, 'retry', {
    summary: 'append events that could not be used once more',
    description:
      'Appends events that could not be used once more, as new records with new ids. What still cannot be used stays a dead letter, and the exit code is 1. A line that is no event needs --edit.',
    settings: storeSettings(),
    arguments: [new Argument('[id]', 'which; `rushes dead-letters list` shows the ids')],
    options: [
      new Option('--all', 'all that were not retried yet'),
      new Option('--edit <FILE>', 'file with the event as it should be, as JSON: type, version and payload'),
    ],
    examples: [
      ['dead-letters retry 3f2c9a0b11de', 'one, as it is'],
      ['dead-letters retry 3f2c9a0b11de --edit event.json', 'one, put right'],
      ['dead-letters retry --all', 'all, say after an update that reads them'],
    ],
    narrates: true,
    run: async (invocation, options) => {
      const { log } = await openExistingStores(invocation);
      const entries = chosen(await listLetters(log), options);
      const edited = options.edit === undefined ? undefined : await readText(options.edit);
      const outcomes: RetrialOutcome[] = [];
      for (const entry of entries) {
        if (invocation.lifecycle.signal.aborted) break;
        outcomes.push(await retryLetter(log, entry, Date.now(), edited));
      }
      invocation.output.result({ outcomes }, () =>
        outcomes.length === 0 ? 'There are no dead letters to retry.' : outcomes.map(lineOf).join('\n'),
      );
      return outcomes.some(({ outcome }) => outcome === 'still unusable') ? EXIT_CODES.failed : done;
    },
  });
