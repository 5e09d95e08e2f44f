import type { LogFault } from '@rushes/ports';

/** Stores that do not belong together. */
export class MismatchedStoresError extends Error {
  override readonly name = 'MismatchedStoresError';
  constructor({ message, hint }: LogFault) {
    super(`${message}. ${hint}`);
  }
}
