import type { Usage } from '../../process/usage.ts';

/** One run over one folder of IMDb's files by a peer, as its process tells it. Times in milliseconds, without the start of the process. */
export interface PeerRun extends Usage {
  readonly wallMs: number;
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly parts: Readonly<Record<'bronze' | 'silver' | 'gold', number>>;
  readonly steps: Readonly<Record<string, number>>;
}
