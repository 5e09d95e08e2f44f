import type { Usage } from '../process/usage.ts';

/** One run over one folder of files, as the process that did it tells it. Times in milliseconds, without the start of Node. */
export interface MeasuredRun extends Usage {
  readonly wallMs: number;
  /** Rows of each table of gold: equal for whoever ran the same SQL on the same files. */
  readonly rows: Readonly<Record<string, number>>;
  /** Where the wall time went; adds up to it. */
  readonly parts: Readonly<Record<Part, number>>;
  /** Milliseconds of each step by its name. Loads of views overlap with others. */
  readonly steps: Readonly<Record<string, number>>;
}

/** The layers in the order of the data; `loads` is what the run still waits for once the last table is written. */
export const PARTS = ['bronze', 'silver', 'gold', 'loads', 'measure', 'publish', 'rest'] as const;
export type Part = (typeof PARTS)[number];

/** The rest is what none of the known parts took. */
export const withRest = (wallMs: number, known: Partial<Record<Part, number>>): Record<Part, number> => {
  const parts: Record<Part, number> = {
    bronze: 0,
    silver: 0,
    gold: 0,
    loads: 0,
    measure: 0,
    publish: 0,
    ...known,
    rest: 0,
  };
  return { ...parts, rest: wallMs - Object.values(parts).reduce((sum, ms) => sum + ms, 0) };
};

export const partOf = (step: string): Part | undefined => PARTS.find((part) => step === part || step.startsWith(`${part}.`));
