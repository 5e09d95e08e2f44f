/** A pod that a node has, and what it needs of the API server. */
import type { V1Pod } from '@kubernetes/client-node';

export interface HeldPod {
  readonly pod: V1Pod;
  readonly address: string;
  readonly hostAddress: string;
  /** Where it reaches the API server, on its own loopback address; only a pod with a token does. */
  readonly apiPort?: number;
  /** What belongs to it on this machine. */
  readonly folder: string;
  /**
   * What a ConfigMap or Secret of its namespace holds; nothing if it is not there and `optional`.
   * @throws CannotStart if it is not there.
   */
  readonly read: (kind: 'configMap' | 'secret', name: string, optional?: boolean) => Promise<Readonly<Record<string, Buffer>>>;
  /** A token of its service account that is worth nothing when the pod has gone. */
  readonly token: (audience: string | undefined, seconds: number | undefined) => Promise<string>;
  /** The folder of this machine that a claim on a volume is bound to. @throws CannotStart if there is none yet. */
  readonly claimed: (claim: string) => Promise<string>;
}
