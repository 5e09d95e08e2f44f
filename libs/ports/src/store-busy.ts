import { StoreUnavailable } from './store-errors.ts';

/** Another process kept a store locked for as long as a call waits. Nothing was changed: the same call may be made again. */
export class StoreBusyError extends StoreUnavailable {
  override readonly name = 'StoreBusyError';
  readonly waitedMs: number;
  constructor(location: string, waitedMs: number, options: { readonly operation?: string; readonly cause?: unknown } = {}) {
    super({
      location,
      reason: `is busy: another process has had it locked for ${waitedMs / 1000} s; nothing was changed`,
      hint: 'Find out which process hangs, then try again.',
      ...options,
    });
    this.waitedMs = waitedMs;
  }
}
