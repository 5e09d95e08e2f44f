import { expect, test } from 'vitest';

import { createLogger } from '../logger.ts';
import type { Terminal } from '../terminal.ts';
import { createLineProgress } from './line-progress.ts';
import { ownTasks } from './own-tasks.ts';
import { describeFinished, describeRunning, formatAmount, formatDuration, timeLeftMs } from './pace.ts';
import { createTerminalProgress } from './terminal-progress.ts';

const quiet: Terminal = { interactive: false, colors: false, columns: 80, write: () => undefined, showLive: () => undefined };

const task = { name: 'title.basics', unit: 'rows', done: 250_000, total: 1_000_000, elapsedMs: 2_000 };

test('a running task tells how far, how fast and how long still', () => {
  expect(describeRunning(task)).toBe('title.basics  25%  250,000 of 1,000,000 rows  125,000 rows/s  6 s left');
  expect(describeRunning({ ...task, total: undefined })).toBe('title.basics  250,000 rows  125,000 rows/s');
  expect(describeRunning({ ...task, done: 0, elapsedMs: 0 })).toBe('title.basics  0%  0 of 1,000,000 rows');
});

test('more than the total is no negative time', () => {
  expect(timeLeftMs({ ...task, done: 2_000_000 })).toBe(0);
  expect(describeRunning({ ...task, done: 2_000_000 })).toContain('  100%  ');
});

test('a task that is over tells how much, how long and its note', () => {
  expect(describeFinished(task, '3 rejected')).toBe('title.basics  250,000 rows  2 s  3 rejected');
});

test.each([
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [2_400_000_000, '2.4 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatAmount(bytes, 'bytes')).toBe(text);
});

test.each([
  [40, '0 s'],
  [440, '0.4 s'],
  [12_000, '12 s'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('%i ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('where nobody looks, lines come at most every few seconds, and one at the end', () => {
  let nowMs = 0;
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json', terminal: quiet }, { write: (line: string) => void lines.push(line) });
  const running = createLineProgress(logger, () => nowMs, 5_000).task({ name: 'load', unit: 'rows', total: 100 });
  for (nowMs = 1_000; nowMs <= 10_000; nowMs += 1_000) running.advance(10);
  expect(lines).toHaveLength(2);
  running.finish('done');
  running.finish('again');
  running.advance(1);
  expect(lines).toHaveLength(3);
  expect(lines[2]).toContain('"done":100');
});

test('on a terminal each running task has a line, which gives way to one that stays', () => {
  let live: readonly string[] = [];
  const stayed: string[] = [];
  const terminal: Terminal = {
    interactive: true,
    colors: true,
    columns: 60,
    write: (text) => void stayed.push(text),
    showLive: (lines) => void (live = lines),
  };
  const progress = createTerminalProgress(terminal, () => 0);
  const one = progress.task({ name: 'one', unit: 'rows' });
  const two = progress.task({ name: 'two '.repeat(40), unit: 'rows' });
  expect(live).toHaveLength(2);
  expect(live.every((line) => line.length < 60)).toBe(true);
  one.finish('ok');
  expect(live).toHaveLength(1);
  two.finish();
  expect(live).toEqual([]);
  expect(stayed[0]).toBe('✓ one  0 s  ok\n');
});

test('a task that failed shows so, and one that nobody ends does not outlive its work', () => {
  const stayed: string[] = [];
  let live: readonly string[] = [];
  const terminal: Terminal = {
    ...quiet,
    interactive: true,
    write: (text) => void stayed.push(text),
    showLive: (lines) => void (live = lines),
  };
  const work = ownTasks(createTerminalProgress(terminal, () => 0));
  work.task({ name: 'good', unit: 'bytes' }).finish();
  work.task({ name: 'bad', unit: 'bytes' }).fail('no network');
  work.task({ name: 'left', unit: 'bytes' });
  work.failRest('failed');
  work.failRest('again');
  expect(stayed).toEqual(['✓ good  0 s\n', '✗ bad  0 s  no network\n', '✗ left  0 s  failed\n']);
  expect(live).toEqual([]);
});

test('where nobody looks, a task that failed is a warning', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json', terminal: quiet }, { write: (line: string) => void lines.push(line) });
  createLineProgress(logger, () => 0)
    .task({ name: 'load', unit: 'rows' })
    .fail();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', task: 'load', msg: 'load  0 s  failed' });
});
