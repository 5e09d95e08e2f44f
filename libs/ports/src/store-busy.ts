/** Another process kept a store locked for as long as a call waits. Nothing was changed: the same call may be made again. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
  readonly location: string;
  readonly waitedMs: number;
  constructor(location: string, waitedMs: number, options?: ErrorOptions) {
    super(
      `${location} is busy: another process has had it locked for ${waitedMs / 1000} s. Nothing was changed: find out which process hangs, then try again`,
      options,
    );
    this.location = location;
    this.waitedMs = waitedMs;
  }
}
