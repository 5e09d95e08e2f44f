/** Where a run tells how it does, for whoever looks from outside. Nothing waits for it, and what cannot be told is lost. */
export interface RunNotice {
  readonly version?: string;
  /** The step that is under way. */
  readonly step?: string;
  /** How far it is, in words. */
  readonly progress?: string;
  /** How it ended, and why. */
  readonly outcome?: string;
  readonly message?: string;
}

export interface RunReports {
  /** Replaces what was said of these before; the last word is told, not each on the way. */
  notice(notice: RunNotice): void;
  /** Something that happened: `reason` is one word that programs can look for. Of too many, the first are told. */
  event(kind: 'normal' | 'warning', reason: string, message: string): void;
  /** Tells what is not told yet, for some seconds at most. Never rejects. */
  close(): Promise<void>;
}
