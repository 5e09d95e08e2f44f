/** Ways to break polling TMDB, and the links that it tells of. */
import type { Mutation } from './mutation.ts';

const TMDB = 'layers/speed/src/tmdb';
const ROUNDS_TESTS = ['layers/speed/test/tmdb/rounds.test.ts'];
const KILLED_TESTS = ['layers/speed/test/tmdb/killed.test.ts'];
const HTTP_TESTS = ['layers/speed/test/tmdb/http-api.test.ts'];

export const TMDB_MUTATIONS: readonly Mutation[] = [
  {
    name: 'TMDB: reviews that a process which died had appended are appended again',
    file: `${TMDB}/poll-batch.ts`,
    text: 'if (there.has(eventId)) continue;',
    replacement: '',
    tests: KILLED_TESTS,
  },
  {
    name: 'TMDB: the cursor is kept before the films',
    file: `${TMDB}/tmdb-state.ts`,
    text: '    async save(cursor) {',
    replacement: '    async save(cursor) {\n      await put(CURSOR, { cursor });',
    tests: KILLED_TESTS,
  },
  {
    name: 'TMDB: an event whose value comes back has the id that it had',
    file: `${TMDB}/film-events.ts`,
    text: '/fields/${revision}-${digest(changes)}`',
    replacement: '/fields/1-${digest(changes)}`',
    tests: ROUNDS_TESTS,
  },
  {
    name: 'TMDB: an amount of 0 is said',
    file: 'layers/speed/src/films/film-facts.ts',
    text: 'if (dollars === 0) return null;',
    replacement: "if (dollars === 0) return { cents: 1, currency: 'USD' };",
    tests: ROUNDS_TESTS,
  },
  {
    name: 'replay: events of a row enter the log without those that are refused',
    file: 'layers/speed/src/ingest/replay.ts',
    text: "      if ('fault' in admitted) return reject(admitted.fault);",
    replacement: "      if ('fault' in admitted) continue;",
    tests: ['layers/speed/test/ingest/csv-formats.test.ts', 'layers/speed/test/ingest/replay.test.ts'],
  },
  {
    name: 'replay: of a row that is wrong, its other lines are lost',
    file: 'layers/speed/src/ingest/join-records.ts',
    text: 'rows.push(...take(next));',
    replacement: 'void next;',
    tests: ['layers/speed/test/ingest/join-records.test.ts'],
  },
  {
    name: 'events: what version 1 does not say, it sets',
    file: 'libs/domain/src/events/movie-fields.ts',
    text: 'cells[`sets_${field}`] = value !== undefined;',
    replacement: 'cells[`sets_${field}`] = true;',
    tests: ['libs/domain/src/events/silver-event.test.ts'],
  },
  {
    name: 'TMDB: a title may be linked to two films',
    file: `${TMDB}/film-events.ts`,
    text: 'claimed !== undefined && claimed.id !== id',
    replacement: 'claimed !== undefined && claimed.id === -1',
    tests: ROUNDS_TESTS,
  },
  {
    name: 'TMDB: who does not own the polling any more appends all the same',
    file: `${TMDB}/poll-batch.ts`,
    text: 'if (!(await isOwner())) throw',
    replacement: 'if (!(await isOwner()) && films < 0) throw',
    tests: ROUNDS_TESTS,
  },
  {
    name: 'TMDB: attempts after the first wait for nothing',
    file: `${TMDB}/http-api.ts`,
    text: '        pace.rest(waitMs);',
    replacement: '',
    tests: HTTP_TESTS,
  },
  {
    name: 'TMDB: the answer is what TMDB said of another film',
    file: `${TMDB}/visit-film.ts`,
    text: 'if (facts.id !== id)',
    replacement: 'if (facts.id < 0)',
    tests: ROUNDS_TESTS,
  },
  {
    name: 'TMDB: a title keeps its link in lists of changed rows after it was taken away',
    file: 'layers/serving/src/merge/overlay/merged-rows.ts',
    text: 'linkKnown !== undefined || linkBefore !== undefined || link !== undefined',
    replacement: 'link !== undefined',
    tests: ['layers/serving/test/tmdb-ids.test.ts'],
  },
];
