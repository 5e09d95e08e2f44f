import { inspect } from 'node:util';

export interface FaultOptions {
  /** What the person in front of it can do next, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** It may work when tried again, with nothing changed: a lost connection, a locked file, a busy server. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError';
  readonly hint: string | undefined;
  constructor(message: string, options: FaultOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.hint = options.hint;
  }
}

/** Trying again is useless until somebody changes something: `hint` says what. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError';
  readonly hint: string | undefined;
  constructor(message: string, options: FaultOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.hint = options.hint;
  }
}

/** What was asked for cannot be started as it was asked: wrong arguments. */
export class UsageError extends TerminalError {
  override readonly name: string = 'UsageError';
}

/** Causes may form a circle. */
const MOST_CAUSES = 8;

/** Errors of other packages (the ports' store errors) have a hint as well. */
const hintOf = (error: unknown): string | undefined =>
  error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;

/**
 * An error's message with those of its causes, outermost first, and the outermost hint: what a person reads. A cause that the message before it quotes is
 * not told again.
 */
export const explainError = (error: unknown): { readonly message: string; readonly hint: string | undefined } => {
  const messages: string[] = [];
  let hint: string | undefined;
  let current: unknown = error;
  for (let depth = 0; current !== undefined && current !== null && depth < MOST_CAUSES; depth++) {
    const message = current instanceof Error ? current.message : inspect(current);
    if (messages.at(-1)?.includes(message) !== true) messages.push(message);
    hint ??= hintOf(current);
    current = current instanceof Error ? current.cause : undefined;
  }
  return { message: messages.join(': ') || 'unknown error', hint };
};
