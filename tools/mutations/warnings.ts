/** Ways to break what is told early, and the judgment of a film's id. */
import type { Mutation } from './mutation.ts';

export const WARNING_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a film keeps the id of IMDb’s that another title has',
    file: 'libs/domain/src/events/silver-event.ts',
    text: 'fitsTconst(movie_id, tconst) ? tconst : null',
    replacement: 'tconst',
    tests: ['libs/domain/src/events/silver-event.test.ts'],
  },
  {
    name: 'marks of dead letters that were tried again count as letters',
    file: 'libs/ports/src/recent-letters.ts',
    text: ' && record.id === record.key',
    replacement: '',
    tests: ['libs/ports/src/recent-letters.test.ts'],
  },
  {
    name: 'a version says nothing of the lines that it was made from',
    file: 'layers/serving/src/monitoring/early-warnings.ts',
    text: 'publication.lines ?? {}',
    replacement: '{}',
    tests: ['layers/serving/test/health.test.ts'],
  },
  {
    name: 'what failed to be read is read again by whoever asks next',
    file: 'layers/serving/src/monitoring/seldom-read.ts',
    text: 'elapsedMs() - readAtMs >= EVERY_MS',
    replacement: 'reading === undefined',
    tests: ['layers/serving/src/monitoring/seldom-read.test.ts'],
  },
];
