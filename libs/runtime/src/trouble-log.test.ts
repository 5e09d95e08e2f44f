import { expect, test } from 'vitest';

import { createLogger } from './logger.ts';
import { createTroubleLog } from './trouble-log.ts';

const recorded = () => {
  const lines: Record<string, unknown>[] = [];
  const terminal = { interactive: false, columns: 80, colors: false, write: () => undefined, showLive: () => undefined };
  const logger = createLogger(
    { level: 'info', format: 'json', terminal },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }, // as: log lines are JSON objects
  );
  const clock = { ms: 0 };
  return { lines, clock, troubles: createTroubleLog({ logger, level: 'warn', elapsedMs: () => clock.ms }) };
};

test('trouble four times a second for two hours is a handful of lines, one of them with a stack', () => {
  const { lines, clock, troubles } = recorded();
  for (; clock.ms < 7_200_000; clock.ms += 250) troubles.report('the store cannot be read', new Error('gone'));
  expect(lines.length).toBeLessThan(10);
  expect(lines.filter((line) => 'err' in line)).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 'warn', msg: 'the store cannot be read', err: { message: 'gone' } });
  expect(lines[1]).toMatchObject({ msg: 'still: the store cannot be read', reason: 'gone', repeated: 240 });
});

test('other trouble is told at once, and so is the same after it was over', () => {
  const { lines, troubles } = recorded();
  troubles.report('a', new Error('one'));
  troubles.report('a', new Error('two'));
  troubles.report('b', new Error('one'));
  troubles.report('b', new Error('one'));
  expect(lines.map(({ msg }) => msg)).toEqual(['a', 'a', 'b']);
  troubles.settle('b');
  troubles.report('b', new Error('one'));
  troubles.report('a', new Error('one'));
  expect(lines.map(({ msg }) => msg)).toEqual(['a', 'a', 'b', 'over: b', 'b']);
});

test('ever new trouble fills no memory', () => {
  const { lines, troubles } = recorded();
  for (let n = 0; n < 1000; n++) troubles.report('a', new Error(`number ${n}`));
  troubles.report('a', new Error('number 0'));
  expect(lines).toHaveLength(1001);
  troubles.report('a', new Error('number 999'));
  expect(lines).toHaveLength(1001);
});
