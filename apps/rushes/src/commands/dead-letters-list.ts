import { type DeadLetter, listLetters, readLetter } from '@rushes/speed';
import { openExistingStores } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface ListOptions {
  readonly limit: number;
  readonly retried?: true;
}

const TEXT_CHARACTERS = 60;

const originOf = ({ origin }: DeadLetter): string => {
  if ('partition' in origin) return `${origin.partition} at ${origin.offset}`;
  return 'file' in origin ? `${origin.file}, line ${origin.line}` : origin.address;
};

export const addDeadLettersList = (letters: Command): Command =>
  addCommand<ListOptions>(letters, 'list', {
    summary: 'show events that could not be used, with the reason',
    description: 'Shows events that could not be used, with the reason and where they come from; the newest first.',
    settings: storeSettings(),
    options: [
      new Option('--limit <N>', 'how many').argParser(wholeNumber(1)).default(20),
      new Option('--retried', 'those too that were retried'),
    ],
    examples: [
      ['dead-letters list --data data', 'the last twenty'],
      ['dead-letters list --limit 1000 --json', 'with the whole text, for programs'],
    ],
    run: async (invocation, { limit, retried }) => {
      const { log } = await openExistingStores(invocation);
      const all = await listLetters(log);
      const open = all.filter((entry) => entry.retried === undefined).length;
      const shown = all.filter((entry) => retried === true || entry.retried === undefined).toReversed();
      const found: (DeadLetter & { readonly retried: string | null })[] = [];
      for (const entry of shown.slice(0, limit)) found.push({ ...(await readLetter(log, entry)), retried: entry.retried?.at ?? null });
      invocation.output.result({ letters: found, open, retried: all.length - open }, () =>
        found.length === 0
          ? 'There are no dead letters.'
          : [
              table(
                ['id', 'rejected', ...(retried === true ? ['retried'] : []), 'from', 'reason', 'text'],
                found.map((letter) => [
                  letter.id,
                  letter.at,
                  ...(retried === true ? [letter.retried ?? '-'] : []),
                  originOf(letter),
                  letter.reason,
                  letter.event.slice(0, TEXT_CHARACTERS).replaceAll(/\s+/g, ' '),
                ]),
                invocation.output.columns,
              ),
              `${found.length.toLocaleString('en-US')} of ${shown.length.toLocaleString('en-US')}. \`rushes dead-letters retry ID\` tries one again.`,
            ].join('\n'),
      );
      return done;
    },
  });
