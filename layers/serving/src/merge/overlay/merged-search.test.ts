/**
 * Searching batch and speed layer together finds what a plain scan of all titles as they are now finds: random catalogs, random edits and posts, in random
 * steps. What matches, and its score, are worked out here once more, from the definition: words at distance 1 by trying every edit of the title's word.
 */
import { foldText } from '@rushes/domain';
import { type ArtefactRow, SCORE, type SearchQuery } from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import { rowOfMerged, searchedTitles, titles } from '@rushes/views';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { memoryBatchViews } from '../../../test/memory-batch-views.ts';
import { noChanges } from './changed-rows.ts';
import { mergedSearch } from './merged-search.ts';
import { openSearchedRows } from './searched-rows.ts';

interface Title {
  readonly id: string;
  readonly title: string;
  readonly original: string;
  readonly year: number | null;
  readonly votes: number | null;
  readonly isAdult: boolean;
}
/** What events never change. */
interface Others {
  readonly regional: readonly string[];
  readonly actors: readonly string[];
}

const WORDS = ['Iron', 'Irons', 'Tide', 'tied', 'The', 'Édge', 'abba', '42'];
const name = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const KEYS = Array.from({ length: 8 }, (_, n) => `id-${n}`);
const facts = fc.record({
  title: name,
  original: name,
  year: fc.constantFrom(null, 1999, 2004),
  votes: fc.constantFrom(null, 1, 2, 3),
  isAdult: fc.boolean(),
});
const others = fc.record({ regional: fc.array(name, { maxLength: 2 }), actors: fc.array(name, { maxLength: 2 }) });
const questions = fc.record({
  words: fc.array(fc.constantFrom('iron', 'iro', 'tide', 'the', 'edge', 'egde', 'aba', '42', '4'), { minLength: 1, maxLength: 2 }),
  typos: fc.boolean(),
  sort: fc.constantFrom(SCORE, 'votes', 'year'),
  limit: fc.integer({ min: 1, max: 4 }),
  votesFrom: fc.constantFrom(undefined, 2),
});

const asSet = (texts: readonly string[]): string | null => (texts.length === 0 ? null : texts.join('\u001f'));
const titleRowOf = ({ id, title, original, year, votes, isAdult }: Title): ArtefactRow =>
  rowOfMerged([id, null, 'movie', isAdult, title, original, year, null, null, null, votes, 'Drama', null, null, 0, 0, null, null, null]);
const searchRowOf = ({ id, title, original, year, votes, isAdult }: Title, { regional, actors }: Others): ArtefactRow =>
  searchedTitles.made.row([id, 'movie', isAdult, title, original, year, null, votes, 'Drama', asSet(regional), null, asSet(actors)]);

/** Whether one edit makes the one of the other. */
const isSlip = (asked: string, found: string): boolean => {
  if (asked.length < 4 || !/^[a-z]+$/.test(asked) || !/^[a-z]+$/.test(found) || asked === found) return false;
  const [shorter = '', longer = ''] = [asked, found].toSorted((a, b) => a.length - b.length);
  const places = Array.from({ length: longer.length }, (_, at) => at);
  if (shorter.length < longer.length) return places.some((at) => longer.slice(0, at) + longer.slice(at + 1) === shorter);
  return places.some(
    (at) =>
      shorter.slice(0, at) + longer.charAt(at) + shorter.slice(at + 1) === longer ||
      shorter.slice(0, at) + shorter.charAt(at + 1) + shorter.charAt(at) + shorter.slice(at + 2) === longer,
  );
};

const qualityOf = (words: readonly string[], at: number, found: string, typos: boolean): number => {
  const asked = words[at] ?? '';
  if (asked === found) return 10;
  if (at === words.length - 1 && asked.length > 1 && found.startsWith(asked)) return 7;
  return typos && isSlip(asked, found) ? 4 : 0;
};

/** The score by the documented formula; `undefined`: not found. */
const plainScore = (question: Pick<SearchQuery, 'words' | 'typos'>, title: Title, { regional, actors }: Others): number | undefined => {
  const { words, typos } = question;
  const names = [
    { weight: 10, name: title.title },
    { weight: 9, name: title.original },
    ...regional.map((one) => ({ weight: 7, name: one })),
    ...actors.map((one) => ({ weight: 5, name: one })),
  ].map(({ weight, name: text }) => ({ weight, has: foldText(text).split(' ') }));
  const n = words.length;
  const best = (at: number, has: readonly string[]): number => Math.max(...has.map((found) => qualityOf(words, at, found, typos)));
  const points = words.map((_, at) => Math.max(...names.map(({ weight, has }) => weight * best(at, has))));
  if (points.includes(0)) return undefined;
  const together = names.map(({ weight, has }) => {
    const qualities = words.map((_, at) => best(at, has));
    if (qualities.includes(0)) return 0;
    const fits = (from: number): boolean =>
      from + n <= has.length && words.every((_, at) => qualityOf(words, at, has[from + at] ?? '', typos) > 0);
    const begins = fits(0);
    const isWhole = begins && has.length === n && words.every((word, at) => word === has[at]);
    const extra = (has.some((_, from) => fits(from)) ? 5 : 0) + (begins ? 3 : 0) + (isWhole ? 2 : 0);
    const quality = qualities.reduce((sum, one) => sum + one, 0);
    return Math.floor((weight * (10 * Math.min(n, has.length) + has.length * extra) * quality) / (10 * n * has.length));
  });
  return Math.floor(points.reduce((sum, one) => sum + one, 0) / n) + Math.max(...together);
};

async function* once(rows: readonly ArtefactRow[]) {
  yield rows;
}

test('is a plain scan of all titles as they are now, page by page, wherever the cut lies', async () => {
  const catalog = fc.array(fc.option(facts, { nil: undefined, freq: 3 }), { minLength: KEYS.length, maxLength: KEYS.length });
  const edits = fc.array(fc.record({ at: fc.nat(KEYS.length - 1), to: facts, isAsked: fc.boolean() }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      catalog,
      fc.array(others, { minLength: KEYS.length, maxLength: KEYS.length }),
      edits,
      fc.nat(8),
      fc.array(questions, { minLength: 1, maxLength: 4 }),
      async (given, known, steps, cut, asked) => {
        const now = new Map(KEYS.flatMap((id, at) => (given[at] === undefined ? [] : [[id, { id, ...given[at] }] as const])));
        const dumped = new Set(now.keys());
        const othersOf = (id: string): Others =>
          dumped.has(id) ? (known[KEYS.indexOf(id)] ?? { regional: [], actors: [] }) : { regional: [], actors: [] };
        const change = ({ at, to }: (typeof steps)[number]): Title => {
          const title = { id: KEYS[at] ?? '', ...to };
          now.set(title.id, title);
          return title;
        };
        // What comes before the cut is in the artefact, what comes after it in the overlay.
        for (const step of steps.slice(0, cut)) change(step);
        const store = memoryBatchViews();
        await store.build('search', searchedTitles.layout, once([...now.values()].map((title) => searchRowOf(title, othersOf(title.id)))));
        const batch = await store.open('search');
        const before = new Map([...now].map(([id, title]) => [id, titleRowOf(title)]));
        const rows = openSearchedRows(batch);
        let changed = noChanges(titles.layout);
        for (const [token, step] of steps.slice(cut).entries()) {
          const title = change(step);
          const edit = changed.edit();
          edit.set(title.id, { before: before.get(title.id), now: titleRowOf(title), token: String(token), changedAtMs: token });
          changed = edit.done();
          // Rows that are made are kept: also those of titles that change again.
          if (step.isAsked)
            await mergedSearch(batch, changed, rows)({ words: ['iron'], typos: true, where: [], sort: [], limit: 1, tally: [] });
        }
        const search = mergedSearch(batch, changed, rows);
        for (const { words, typos, sort: column, limit, votesFrom } of asked) {
          const where = [
            { column: 'kind', op: 'gte', value: '"' } as const,
            ...(votesFrom === undefined ? [] : [{ column: 'votes', op: 'gte', value: votesFrom } as const]),
          ];
          const found = [...now.values()].flatMap((title) => {
            if (title.isAdult || (votesFrom !== undefined && (title.votes ?? 0) < votesFrom)) return [];
            const score = plainScore({ words, typos }, title, othersOf(title.id));
            return score === undefined ? [] : [{ key: title.id, score, year: title.year, votes: title.votes }];
          });
          const placed = found
            .map((one) => ({ ...one, value: column === SCORE ? one.score : column === 'votes' ? one.votes : one.year }))
            .toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1) || (a.key < b.key ? -1 : 1));
          let after: SearchQuery['after'];
          for (let from = 0; from <= placed.length; from += limit) {
            const answer = await search({
              words,
              typos,
              where,
              sort: [{ column, desc: true }],
              limit,
              tally: ['year'],
              ...(after === undefined ? {} : { after }),
            });
            const page = placed.slice(from, from + limit);
            expect(answer.rows.map(({ key, score }) => ({ key, score }))).toEqual(page.map(({ key, score }) => ({ key, score })));
            expect(answer.total).toBe(placed.length);
            const years = placed.flatMap(({ year }) => year ?? []);
            expect(answer.tallies).toEqual([new Map(years.map((year) => [year, years.filter((one) => one === year).length]))]);
            const last = answer.rows.at(-1);
            if (last === undefined) break;
            after = { values: last.sortValues, key: last.key };
          }
        }
      },
    ),
    histories({ quick: 150, deep: 3_000 }),
  );
});
