import { expect, test } from 'vitest';

import { createLogger } from './logger.ts';
import type { Terminal } from './terminal.ts';

const terminalOf = (interactive: boolean): { readonly terminal: Terminal; readonly written: string[] } => {
  const written: string[] = [];
  return { written, terminal: { interactive, columns: 80, write: (text) => void written.push(text), showLive: () => undefined } };
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

test('on a terminal, and where it is asked for, lines are for people', () => {
  for (const [format, interactive] of [
    ['auto', true],
    ['pretty', false],
  ] as const) {
    const { terminal, written } = terminalOf(interactive);
    createLogger({ level: 'info', format, terminal }).info({ rows: 3 }, 'loaded');
    expect(written.join('')).toContain('loaded');
    expect(() => void JSON.parse(written.join(''))).toThrow(SyntaxError);
  }
});
