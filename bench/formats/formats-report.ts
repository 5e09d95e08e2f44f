/** The table about whole lists. */
import { decimals, figure, percent, show, whole } from '../report/figure.ts';
import { markdownTable } from '../report/markdown.ts';
import { type FormatsResult, STREAMED, type Written } from './measure-formats.ts';

const GOAL = 0.6;

const perSecond = ({ rows, ms }: Written): number => (rows / ms) * 1000;
const streamedAs = (round: FormatsResult['rounds'][number], at: number): Written => {
  const found = round.streamed[at];
  if (found === undefined) throw new Error(`a round has no measurement ${at}`);
  return found;
};

export const formatsReport = ({ titles, rounds }: FormatsResult): string => {
  const line = (name: string, of: (round: FormatsResult['rounds'][number]) => Written): readonly string[] => [
    name,
    show(figure(rounds.map((round) => perSecond(of(round)))), whole),
    decimals(0)(figure(rounds.map((round) => of(round).bytes / of(round).rows)).median),
    show(figure(rounds.map((round) => perSecond(of(round)) / perSecond(round.bare))), percent),
  ];
  const arrow = figure(rounds.map((round) => perSecond(streamedAs(round, STREAMED.indexOf('arrow'))) / perSecond(round.bare)));
  return [
    `### Whole lists\n\nAll of \`/titles\` (${whole(titles)} titles), most voted first, from a running service to a client on the same machine, against a bare loop that turns the same rows into Arrow in the order in which they are stored.`,
    markdownTable(
      ['', 'rows a second', 'bytes a row', 'of the bare loop'],
      [
        line('bare loop, Arrow', ({ bare }) => bare),
        ...STREAMED.map((format, at) => line(`\`format=${format}\``, (round) => streamedAs(round, at))),
      ],
    ),
    `Goal: Arrow at ${percent(GOAL)} of the bare loop or more: ${arrow.median >= GOAL ? 'met' : '**not met**'}.`,
  ].join('\n\n');
};
