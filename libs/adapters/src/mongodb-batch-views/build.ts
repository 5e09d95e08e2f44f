/**
 * Builds an artefact in a collection of its own, which nobody sees until the catalog names it. Of builders of one name that race, the first to finish gives
 * the artefact; as names derive from contents, the others' would be the same. What a builder that died has left is dropped by the next one.
 */
import { type ArtefactLayout, ArtefactNotFoundError, type ArtefactParent, type ArtefactRow, StoreUnavailable } from '@rushes/ports';
import type { Collection } from 'mongodb';

import type { MongodbConnection } from '../mongodb-server/connect.ts';
import { within } from '../mongodb-server/deadline.ts';
import type { Catalog, WholeArtefact } from './catalog.ts';
import { copyRows, removeRows } from './copy-rows.ts';
import { buildIndexes, indexesOf } from './indexes.ts';
import { loadRows, partitionValues } from './load-rows.ts';
import { emptySum, readSum, sumText } from './row-sum.ts';
import { checkLayout, type StoredRow } from './stored-row.ts';

export interface Build {
  readonly artefact: string;
  readonly layout: ArtefactLayout;
  readonly rows: AsyncIterable<readonly ArtefactRow[]>;
  readonly parent: ArtefactParent | undefined;
  readonly signal: AbortSignal | undefined;
  /** The token of what is there already and is to be replaced. */
  readonly replaces: string | undefined;
}

export interface Builder {
  readonly connection: MongodbConnection;
  readonly catalog: Catalog;
  /** How often a builder says that it lives. */
  readonly beatMs: number;
  readonly collection: (artefact: string, token: string) => Collection<StoredRow>;
}

/** Equal texts, equal layouts. */
const layoutText = ({ key, columns, documents, lookups, partition, sorts, filters, search }: ArtefactLayout): string =>
  JSON.stringify({ key, columns, documents, lookups, partition, sorts, filters, search });

const takenForDead = (location: string, artefact: string): StoreUnavailable =>
  new StoreUnavailable({
    location,
    operation: 'build',
    reason: `has taken the builder of ${artefact} for dead, because it was not heard of for too long`,
    hint: 'See what kept this process or its network from writing, then build again.',
  });

const parentOf = async ({ connection, catalog }: Builder, { parent, layout }: Build): Promise<WholeArtefact | undefined> => {
  if (parent === undefined) return undefined;
  const found = await catalog.find(parent.artefact);
  if (found === undefined) throw new ArtefactNotFoundError(connection.location, parent.artefact);
  if (layoutText(found.layout) !== layoutText(layout))
    throw new RangeError(`its parent ${parent.artefact} has another layout: build it whole`);
  return found;
};

const fill = async (builder: Builder, build: Build, token: string, signal: AbortSignal): Promise<WholeArtefact> => {
  const { connection, catalog, collection } = builder;
  const { artefact, layout, rows, parent } = build;
  const { requestTimeoutMs, scanTimeoutMs, buildTimeoutMs } = connection.limits;
  const known = await parentOf(builder, build);
  const own = collection(artefact, token);
  const sum = known === undefined ? emptySum() : readSum(known.sum, known.rows, known.bytes);
  if (known !== undefined && parent !== undefined) {
    await copyRows({ from: collection(parent.artefact, known.token), to: own, buildTimeoutMs, signal });
    // One that was dropped in the middle would have been copied in part.
    if (!(await catalog.isKept(parent.artefact, known.token))) throw new ArtefactNotFoundError(connection.location, parent.artefact);
    await removeRows(own, layout, parent.removedKeys, { sum, timeoutMs: requestTimeoutMs, signal });
  }
  const partitions = partitionValues(layout, known?.partitions);
  await loadRows({ collection: own, layout, rows, sum, partitions, timeoutMs: scanTimeoutMs, signal });
  signal.throwIfAborted();
  await buildIndexes(own, layout, buildTimeoutMs, signal);
  signal.throwIfAborted();
  return { token, layout, rows: sum.rows, bytes: sum.bytes, sum: sumText(sum), partitions: partitions.values() };
};

/** Says from time to time that the builder lives, until it is ended. @returns a signal that ends what it builds once nobody believes it. */
const beating = ({ connection, catalog, beatMs }: Builder, artefact: string, token: string) => {
  const dead = new AbortController();
  const timer = setInterval(() => {
    // One that cannot be sent is made up for by the next one.
    catalog.beat(artefact, token).then(
      (lives) => {
        if (!lives) dead.abort(takenForDead(connection.location, artefact));
      },
      () => undefined,
    );
  }, beatMs);
  return { signal: dead.signal, end: () => clearInterval(timer) };
};

/** Drops what was built so far, if the server can be reached; otherwise a later builder does. */
const giveUp = async ({ connection, catalog, collection }: Builder, artefact: string, token: string): Promise<void> => {
  try {
    await catalog.abandon(artefact, token);
    await within(connection.limits.scanTimeoutMs, undefined, (ends) => collection(artefact, token).drop(ends));
  } catch {
    // Nobody names it any more, or will not when its builder has been silent for long enough.
  }
};

interface Built {
  readonly whole: WholeArtefact;
  /** `false`: another builder was faster. */
  readonly isOwn: boolean;
}

/** @throws RangeError, ArtefactNotFoundError for the parent, the driver's errors, the signal's reason; then nothing is visible. */
export const buildArtefact = async (builder: Builder, build: Build): Promise<Built> => {
  const { connection, catalog } = builder;
  const { artefact, layout, signal, replaces } = build;
  checkLayout(layout);
  indexesOf(layout);
  const token = await catalog.begin(artefact);
  const beats = beating(builder, artefact, token);
  try {
    const whole = await fill(builder, build, token, AbortSignal.any([beats.signal, ...(signal === undefined ? [] : [signal])]));
    // What was to be replaced may have been dropped meanwhile.
    if ((await catalog.publish(artefact, whole, replaces)) || (await catalog.publish(artefact, whole, undefined)))
      return { whole, isOwn: true };
    const faster = await catalog.find(artefact);
    if (faster === undefined || faster.token === replaces || (await catalog.revive([artefact])).length > 0)
      throw takenForDead(connection.location, artefact);
    await giveUp(builder, artefact, token);
    return { whole: faster, isOwn: false };
  } catch (error) {
    await giveUp(builder, artefact, token);
    throw error instanceof RangeError
      ? new RangeError(`building the artefact ${artefact} in ${connection.location}: ${error.message}`)
      : error;
  } finally {
    beats.end();
  }
};
