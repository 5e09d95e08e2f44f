import { expect, test } from 'vitest';

import { answerReader } from '../../bench/overload/answer-reader.ts';

const answer = (status: number, body: string): string =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** One body has what ends a head. */
const stream = Buffer.from([answer(200, 'one\r\n\r\ntwo'), answer(503, ''), answer(200, 'ä'.repeat(300)), answer(404, 'x')].join(''));
const statuses = [200, 503, 200, 404];

test('the statuses of answers are found wherever the bytes were divided', () => {
  for (let size = 1; size <= stream.length; size++) {
    const found: number[] = [];
    const read = answerReader((status) => found.push(status));
    const reused = Buffer.alloc(size);
    for (let at = 0; at < stream.length; at += size) {
      const length = stream.copy(reused, 0, at, at + size);
      read(reused.subarray(0, length));
    }
    expect(found, `in pieces of ${size} bytes`).toEqual(statuses);
  }
});

test('an answer has ended with its last byte, not before', () => {
  const found: number[] = [];
  const read = answerReader((status) => found.push(status));
  const bytes = Buffer.from(answer(200, 'body'));
  read(bytes.subarray(0, -1));
  expect(found).toEqual([]);
  read(bytes.subarray(-1));
  expect(found).toEqual([200]);
});

test('an answer whose end cannot be known is an error', () => {
  const read = answerReader(() => undefined);
  expect(() => read(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'))).toThrow('cannot read');
});
