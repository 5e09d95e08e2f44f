/** What a check of the servers found. */
export interface Finding {
  /** A fault stops the start; a warning is for whoever runs the servers. */
  readonly level: 'fault' | 'warning';
  /** What is wrong, with where. */
  readonly message: string;
  /** What somebody can do about it, as a sentence. */
  readonly hint: string;
}
