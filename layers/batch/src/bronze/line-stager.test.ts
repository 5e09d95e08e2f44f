import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineStager, MAX_LINE_BYTES, readableText, type RejectedLine } from './line-stager.ts';

const stage = (input: Uint8Array, columns: number, chunkSizes: readonly number[] = [input.length]) => {
  const stager = new LineStager(columns);
  const staged: Uint8Array[] = [];
  const rejected: RejectedLine[] = [];
  const keep = (chunk: ReturnType<LineStager['push']>): void => {
    staged.push(Uint8Array.from(chunk.bytes));
    rejected.push(...chunk.rejected);
  };
  let at = 0;
  for (let turn = 0; at < input.length; turn++) {
    const size = Math.max(1, chunkSizes[turn % chunkSizes.length] ?? 1);
    keep(stager.push(input.subarray(at, at + size)));
    at += size;
  }
  keep(stager.finish());
  return { text: Buffer.concat(staged).toString('utf8'), rejected, stager };
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('LineStager', () => {
  test('numbers lines from 2, because the header is line 1', () => {
    expect(stage(bytes('a\tb\nc\td\n'), 2).text).toBe('2\ta\tb\n3\tc\td\n');
  });

  test('a quotation mark is a character, and so is a backslash', () => {
    expect(stage(bytes('"a\t\\N"\n'), 2).text).toBe('2\t"a\t\\N"\n');
  });

  test('the last line needs no line feed', () => {
    expect(stage(bytes('a\tb'), 2).text).toBe('2\ta\tb\n');
  });

  test('a carriage return before the line feed is dropped, one inside the line is a fault', () => {
    const { text, rejected } = stage(bytes('a\tb\r\nc\r\td\n'), 2);
    expect(text).toBe('2\ta\tb\n');
    expect(rejected).toEqual([{ line: 3, reason: 'carriage return inside the line', raw: 'c\r\td' }]);
  });

  test.each([
    ['too few fields', bytes('a\n'), '1 fields instead of 2'],
    ['too many fields', bytes('a\tb\tc\n'), '3 fields instead of 2'],
    ['an empty line', bytes('\n'), '1 fields instead of 2'],
    ['a NUL character', bytes('a\tb\0\n'), 'NUL character'],
    ['a separator of values', bytes('a\tb\u001e\n'), 'control character U+001E or U+001F'],
    ['broken UTF-8', Uint8Array.of(0x61, 0x09, 0xff, 0x0a), 'not UTF-8'],
  ])('rejects %s with line and reason, and goes on behind it', (_name, line, reason) => {
    const { text, rejected } = stage(Buffer.concat([line, bytes('x\ty\n')]), 2);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ line: 2, reason });
    expect(text).toBe('3\tx\ty\n');
  });

  test('an over-long line is rejected whole, however it arrives, and does not pile up in memory', () => {
    const long = Buffer.alloc(3 * MAX_LINE_BYTES, 'a');
    const { text, rejected } = stage(Buffer.concat([bytes('a\tb\n'), long, bytes('\nc\td\n')]), 2, [100_000]);
    expect(text).toBe('2\ta\tb\n4\tc\td\n');
    expect(rejected).toHaveLength(1);
    expect(rejected[0]?.reason).toBe(`line of ${3 * MAX_LINE_BYTES} bytes (limit ${MAX_LINE_BYTES})`);
    expect(rejected[0]?.raw.length).toBeLessThan(MAX_LINE_BYTES);
  });

  test('any bytes in any chunks: every line is staged or rejected once, and chunks make no difference', () => {
    const special = fc.constantFrom(0x09, 0x0a, 0x0d, 0x00, 0x1e, 0x22, 0x5c, 0x61, 0xc3, 0xa9, 0xff);
    const input = fc.array(fc.oneof({ weight: 4, arbitrary: special }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(
        input,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        (numbers, columns, chunks) => {
          const data = Uint8Array.from(numbers);
          const whole = stage(data, columns);
          const lines = numbers.filter((byte) => byte === 0x0a).length + (numbers.length > 0 && numbers.at(-1) !== 0x0a ? 1 : 0);
          const stagedNumbers =
            whole.text === ''
              ? []
              : whole.text
                  .slice(0, -1)
                  .split('\n')
                  .map((line) => Number(line.split('\t')[0]));
          const numbered = [...stagedNumbers, ...whole.rejected.map((one) => one.line)].toSorted((a, b) => a - b);
          expect(numbered).toEqual(Array.from({ length: lines }, (_, at) => at + 2));
          expect(whole.stager.staged).toBe(stagedNumbers.length);
          expect(whole.stager.lines).toBe(lines + 1);
          const parts = stage(data, columns, chunks);
          expect(parts.text).toBe(whole.text);
          expect(parts.rejected).toEqual(whole.rejected);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('readableText keeps UTF-8 and spells out other bytes', () => {
  expect(readableText(bytes('é\tx'))).toBe('é\tx');
  expect(readableText(Uint8Array.of(0x61, 0xe9, 0x0d))).toBe('a\\xe9\\x0d');
});
