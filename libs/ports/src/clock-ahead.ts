import { StoreUnavailable } from './store-errors.ts';

/** The clock of this process is ahead of the clocks of others that write to the log. Nothing was changed. */
export class ClockAheadError extends StoreUnavailable {
  override readonly name = 'ClockAheadError';
  readonly aheadMs: number;
  constructor(location: string, aheadMs: number) {
    super({
      location,
      reason:
        `takes nothing from this process, whose clock is ${Math.round(aheadMs / 1000)} s ahead of the others that write there: ` +
        'events would be stamped with a time that has not come',
      hint: 'Set the clock of this process right; if it is the only one that is right, stop the others.',
    });
    this.aheadMs = aheadMs;
  }
}
