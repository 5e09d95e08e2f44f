import { expect, test } from 'vitest';

import { createLogger } from './logger.ts';
import type { Terminal } from './terminal.ts';

const terminalOf = (interactive: boolean): { readonly terminal: Terminal; readonly written: string[] } => {
  const written: string[] = [];
  return {
    written,
    terminal: { interactive, colors: interactive, columns: 80, write: (text) => void written.push(text), showLive: () => undefined },
  };
};

const record = (level: string): { readonly lines: () => Record<string, unknown>[]; readonly logger: ReturnType<typeof createLogger> } => {
  const written: string[] = [];
  const logger = createLogger(
    { level, format: 'json', terminal: terminalOf(false).terminal },
    { write: (line: string) => void written.push(line) },
  );
  // as: pino writes one object a line
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

test('a line is one JSON object with level, ISO time and the ids of its child logger', () => {
  const { logger, lines } = record('info');
  logger.child({ run_id: 7 }).info({ rows: 3 }, 'loaded');
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatchObject({ level: 'info', run_id: 7, rows: 3, msg: 'loaded' });
  expect(new Date(String(lines()[0]?.['time'])).toISOString()).toBe(lines()[0]?.['time']);
});

test('a line that is written at work in a span names it', () => {
  const written: string[] = [];
  const spans = [undefined, { traceId: 'a', spanId: 'b' }];
  const logger = createLogger(
    { level: 'info', format: 'json', terminal: terminalOf(false).terminal, span: () => spans.shift() },
    { write: (line: string) => void written.push(line) },
  ).child({ worker: 1 });
  logger.info('before');
  logger.info({ rows: 1 }, 'within');
  // as: pino writes one object a line
  const [before, within] = written.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(before).not.toHaveProperty('trace_id');
  expect(within).toMatchObject({ worker: 1, rows: 1, trace_id: 'a', span_id: 'b' });
});

test('less severe lines are left out', () => {
  const { logger, lines } = record('warn');
  logger.info('small talk');
  logger.warn('look here');
  expect(lines().map((line) => line['msg'])).toEqual(['look here']);
});

test('secrets are not logged, wherever they stand', () => {
  const { logger, lines } = record('info');
  logger.info({
    webhook: 'geheim',
    alert: { webhook: 'geheim' },
    req: { headers: { authorization: 'geheim', 'x-api-key': 'geheim', cookie: 'geheim' } },
  });
  expect(JSON.stringify(lines())).not.toContain('geheim');
  expect(lines()[0]).toMatchObject({ webhook: '***', req: { headers: { authorization: '***', 'x-api-key': '***' } } });
});

test('an error is logged with its type, message and stack', () => {
  const { logger, lines } = record('info');
  logger.error({ err: new TypeError('broken') }, 'failed');
  expect(lines()[0]?.['err']).toMatchObject({ type: 'TypeError', message: 'broken' });
});

const linesOf = (format: 'auto' | 'json' | 'pretty', interactive: boolean, elsewhere?: 'text' | 'json', colors = interactive): string => {
  const { terminal, written } = terminalOf(interactive);
  const where = elsewhere === undefined ? {} : { elsewhere };
  createLogger({ level: 'info', format, terminal: { ...terminal, colors }, ...where }).info({ rows: 3 }, 'loaded');
  return written.join('');
};

test.each([
  ['auto', true, 'json'],
  ['auto', false, 'text'],
  ['pretty', false, 'json'],
] as const)('%s, a terminal: %s, elsewhere %s: lines are for people', (format, interactive, elsewhere) => {
  expect(linesOf(format, interactive, elsewhere)).toMatch(/^\[.*INFO.*loaded.*\n$/s);
});

test('a line for people has the date, and a zone where it is kept', () => {
  const now = new Date();
  const day = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}`;
  expect(linesOf('auto', true, 'text', false)).toMatch(new RegExp(`^\\[${day}-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] INFO: loaded {"rows":3}\n$`));
  expect(linesOf('auto', false, 'text')).toMatch(
    new RegExp(`^\\[${day}-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] INFO: loaded {"rows":3}\n$`),
  );
});

test('colors only where the terminal has them', () => {
  expect(linesOf('auto', true)).toContain('\u001b[');
  expect(linesOf('auto', true, 'text', false)).not.toContain('\u001b');
  expect(linesOf('pretty', false)).not.toContain('\u001b');
});
