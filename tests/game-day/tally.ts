/** What is counted at the end of a game day, and whether all of it is as it has to be. */
export interface Tally {
  /** Ratings that were acknowledged to whoever posted them, and lines that a replay said are in the log. */
  readonly acknowledged: number;
  /** Of these, counted in the answers at the end. */
  readonly counted: number;
  readonly lost: number;
  readonly doubled: number;
  /** Answers that came, and of these the ones that said something else than the events before their position, or went back behind a token. */
  readonly answers: number;
  readonly wrong: number;
  readonly backward: number;
  /** Requests for answers that came to nothing, by status; 0: no answer. They are asked again. */
  readonly refused: Readonly<Record<string, number>>;
  /** Requests that failed by a fault of the program, and not of a store: answered with 500. */
  readonly faults: number;
  readonly publications: number;
}

export interface Recovery {
  readonly what: string;
  /** The longest time without an acknowledged post after it, in milliseconds. */
  readonly postsMs: number;
  /** The longest time without an answer, and without one that was complete. */
  readonly answersMs: number;
  readonly completeMs: number;
}

/** The longest time between two of these instants that lies within two others, the ends counted too. */
export const longestPause = (times: readonly number[], fromMs: number, toMs: number): number => {
  const within = [fromMs, ...times.filter((time) => time > fromMs && time < toMs), toMs];
  return Math.max(...within.slice(1).map((time, n) => time - (within[n] ?? time)));
};

/** By movie: how many ratings were acknowledged, lie in the log, and are shown. */
export interface Counts {
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly logged: ReadonlyMap<string, number>;
  readonly shown: ReadonlyMap<string, number>;
}

const total = (counts: Iterable<number>): number => [...counts].reduce((sum, one) => sum + one, 0);

/** Lost: acknowledged, and not shown. Doubled: shown, and never acknowledged; by movie, so that one cannot make up for the other. */
export const compareCounts = ({ acknowledged, shown }: Counts): Pick<Tally, 'acknowledged' | 'counted' | 'lost' | 'doubled'> => {
  const movies = [...new Set([...acknowledged.keys(), ...shown.keys()])];
  const differences = movies.map((movie) => (shown.get(movie) ?? 0) - (acknowledged.get(movie) ?? 0));
  const lost = total(differences.map((one) => Math.max(0, -one)));
  return {
    acknowledged: total(acknowledged.values()),
    counted: total(acknowledged.values()) - lost,
    lost,
    doubled: total(differences.map((one) => Math.max(0, one))),
  };
};

export const isAsPromised = ({ lost, doubled, wrong, backward, faults }: Tally): boolean =>
  lost + doubled + wrong + backward + faults === 0;
