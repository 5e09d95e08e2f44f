/** What a node knows of an image: it pulls none. */
export interface LocalImage {
  /** Where its root lies. Nothing in it is changed. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user: number;
}

/** By the names that pods have for them. */
export type LocalImages = Readonly<Record<string, LocalImage>>;

/** Why a container does not start, in the words that Kubernetes has for it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
  readonly reason: 'ErrImageNeverPull' | 'CreateContainerConfigError' | 'CreateContainerError';
  constructor(reason: CannotStart['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
