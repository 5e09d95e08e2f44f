import { PassThrough } from 'node:stream';

import { expect, test } from 'vitest';

import { columnsOf, openTerminal } from './terminal.ts';

const screen = (isTTY: boolean, columns = 40): { readonly stream: NodeJS.WriteStream; readonly text: () => string } => {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  // as: all that a terminal is used for
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join('') };
};

test.each([
  [true, {}, { interactive: true, colors: true }],
  [true, { NO_COLOR: '1' }, { interactive: true, colors: false }],
  [true, { NO_COLOR: '' }, { interactive: true, colors: true }],
  [true, { TERM: 'dumb' }, { interactive: false, colors: false }],
  [false, {}, { interactive: false, colors: false }],
])('a terminal: %s, %j', (isTTY, env, expected) => {
  expect(openTerminal(screen(isTTY).stream, env)).toMatchObject(expected);
});

test('on a terminal no word is broken, also on a dumb one; elsewhere lines stay as they are', async () => {
  const line = 'Rushes answers on http://127.0.0.1:8080 from version 1.\n';
  for (const [isTTY, env, expected] of [
    [true, {}, 'Rushes answers on http://127.0.0.1:8080\n  from version 1.\n'],
    [true, { TERM: 'dumb' }, 'Rushes answers on http://127.0.0.1:8080\n  from version 1.\n'],
    [false, {}, line],
  ] as const) {
    const { stream, text } = screen(isTTY);
    openTerminal(stream, env).write(line);
    await new Promise(setImmediate);
    expect(text()).toBe(expected);
  }
});

test('a terminal that does not say how wide it is counts as 80 columns', () => {
  expect([columnsOf(screen(true, 0).stream), columnsOf(screen(true, 33).stream), columnsOf(screen(false).stream)]).toEqual([
    80,
    33,
    Infinity,
  ]);
});
