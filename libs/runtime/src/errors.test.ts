import { expect, test } from 'vitest';

import { explainError, TerminalError, TransientError } from './errors.ts';

test('the messages of all causes are told, outermost first, each once', () => {
  const inner = new Error('connection reset');
  const middle = new TransientError('reading title.basics', { cause: inner, hint: 'Try again.' });
  expect(explainError(new Error('the run failed', { cause: middle }))).toEqual({
    message: 'the run failed: reading title.basics: connection reset',
    hint: 'Try again.',
  });
  expect(explainError(new Error('same', { cause: new Error('same') })).message).toBe('same');
  expect(explainError(new Error('log.sqlite: disk I/O error', { cause: new Error('disk I/O error') })).message).toBe(
    'log.sqlite: disk I/O error',
  );
});

test('the outermost hint counts', () => {
  const error = new TerminalError('outer', { hint: 'do this', cause: new TerminalError('inner', { hint: 'do that' }) });
  expect(explainError(error).hint).toBe('do this');
});

test('any error may carry a hint', () => {
  const error = Object.assign(new Error('log.sqlite: full'), { hint: 'Free some space.' });
  expect(explainError(new Error('appending', { cause: error })).hint).toBe('Free some space.');
  expect(explainError(Object.assign(new Error('x'), { hint: 7 })).hint).toBeUndefined();
});

test('what is no error is shown all the same', () => {
  expect(explainError('text').message).toContain('text');
  expect(explainError({ code: 7 }).message).toContain('code: 7');
  expect(explainError(undefined).message).toBe('unknown error');
});

test('a circle of causes ends', () => {
  const error = new Error('round');
  error.cause = new Error('and round', { cause: error });
  expect(explainError(error).message.startsWith('round: and round')).toBe(true);
});
