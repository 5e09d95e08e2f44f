export interface Mutation {
  /** What goes wrong. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** Test files of which at least one has to fail. */
  readonly tests: readonly string[];
}
