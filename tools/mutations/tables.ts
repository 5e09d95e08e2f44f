/** Ways to break whole lists: what is in them, and how they end. */
import type { Mutation } from './mutation.ts';

const SERVING = 'layers/serving/src';
const CONTENT_TESTS = ['layers/serving/test/whole-lists.test.ts'];
const STREAM_TESTS = ['layers/serving/test/whole-list-streams.test.ts'];

export const TABLE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a stream holds no snapshot',
    file: `${SERVING}/routes/data-route.ts`,
    text: '      snapshot.pin();\n      const stream',
    replacement: '      const stream',
    tests: STREAM_TESTS,
  },
  {
    name: 'a stream that failed ends like one that is whole',
    file: `${SERVING}/routes/table-stream.ts`,
    text: '    yield* watched(bytes, limits.stallMs, tooSlow);',
    replacement: '    try {\n      yield* watched(bytes, limits.stallMs, tooSlow);\n    } catch {}',
    tests: STREAM_TESTS,
  },
  {
    name: 'the first page is read after the headers were sent',
    file: `${SERVING}/routes/table-stream.ts`,
    text: 'const first = await withDeadline(reading.next(), context.deadlineMs, context.tooLate);',
    replacement: 'const first = (await new Promise((done) => setTimeout(done, 1)), { value: [], done: false as const });',
    tests: STREAM_TESTS,
  },
  {
    name: 'whole lists have no line of their own',
    file: `${SERVING}/admission/admission.ts`,
    text: 'streams: { concurrency: 4,',
    replacement: 'streams: { concurrency: 4000,',
    tests: STREAM_TESTS,
  },
  {
    name: 'the rows behind a full page are left out',
    file: `${SERVING}/answers/whole-list.ts`,
    text: 'if (last === undefined || found.length < limit) return;',
    replacement: 'if (last === undefined || found.length <= limit) return;',
    tests: STREAM_TESTS,
  },
  {
    name: 'formulas are kept where nobody asked for them',
    file: `${SERVING}/formats/csv.ts`,
    text: 'const text = keepFormulas ? kept : defused;',
    replacement: 'const text = keepFormulas ? defused : kept;',
    tests: CONTENT_TESTS,
  },
  {
    name: 'one tag stands for several formats',
    file: `${SERVING}/routes/data-route.ts`,
    text: "{ name: 'format', text: format.mediaType }",
    replacement: "{ name: 'format', text: '' }",
    tests: CONTENT_TESTS,
  },
  {
    name: 'characters are taken for bytes',
    file: `${SERVING}/formats/arrow.ts`,
    text: 'isAscii ? text.length : Buffer.byteLength(text)',
    replacement: 'text.length',
    tests: CONTENT_TESTS,
  },
];
