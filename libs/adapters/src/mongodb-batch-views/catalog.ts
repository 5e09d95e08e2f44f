/**
 * Which collections hold which artefacts: one document for each artefact's name. Invariants:
 *
 * - What becomes of an artefact is decided by one update of its document, which only succeeds if the document is still as it was read: being seen, replaced,
 *   retired, taken into use again, removed. So no transactions are needed.
 * - A collection is named in its artefact's document before it is made, and dropped after it is named there no more. So a collection that no document names
 *   belongs to nobody, whoever has died in the middle of what.
 * - Times are the server's. Processes compare them with the server's clock only.
 */
import { randomBytes } from 'node:crypto';

import { DamagedRecordError, sealJson, unsealJson, type ArtefactLayout, type CellValue } from '@rushes/ports';
import type { Collection, Document, Filter, UpdateFilter } from 'mongodb';

import type { MongodbConnection } from '../mongodb-server/connect.ts';
import { type Ends, within } from '../mongodb-server/deadline.ts';
import { isDuplicate, isNoCollection } from '../mongodb-server/failures.ts';

const FORMAT = 1;
const CATALOG = 'artefacts';
const CLOCK = 'clock';
const ROWS = /^rows\.[a-z0-9_-]{1,100}\.([0-9a-f]{16})$/;
const TOKEN_BYTES = 8;
/** Of racing upserts of a new name one wins, and the others find it there. */
const UPSERT_TRIES = 5;

/** What is known of an artefact that can be read. It never changes. */
export interface WholeArtefact {
  /** Names the artefact's collection. */
  readonly token: string;
  readonly layout: ArtefactLayout;
  readonly rows: number;
  /** Of the rows' texts. */
  readonly bytes: number;
  /** Checksum of all rows, `row-sum.ts`. */
  readonly sum: string;
  /** The values that the partition column has, perhaps others too; `undefined`: there is none, or they are too many. */
  readonly partitions: readonly CellValue[] | undefined;
}

/** The record of an artefact is not what was written. */
export class DamagedCatalogError extends Error {
  override readonly name = 'DamagedCatalogError';
}

interface Entry extends Document {
  readonly _id: string;
  /** What can be read, as sealed text. */
  readonly current?: { readonly token: string; readonly body: string };
  readonly retiredAt?: Date;
  /** When builders were last heard of, by the tokens of what they build. */
  readonly builds?: Readonly<Record<string, Date>>;
  /** When what was built anew was replaced, by tokens: somebody may still read it. */
  readonly replaced?: Readonly<Record<string, Date>>;
}

export interface Catalog {
  /** `undefined`: it was never completed, or is gone. @throws DamagedCatalogError */
  find(artefact: string): Promise<WholeArtefact | undefined>;
  /** The token of what is there, be it damaged or not. */
  tokenOf(artefact: string): Promise<string | undefined>;
  /** Whether this collection of an artefact is still kept, so that what was read from it before was whole. */
  isKept(artefact: string, token: string): Promise<boolean>;
  /** Those that are in use. */
  names(): Promise<readonly string[]>;
  /** Names a new collection, before it is made. */
  begin(artefact: string): Promise<string>;
  /** The builder is still at it. `false`: it was taken for dead. */
  beat(artefact: string, token: string): Promise<boolean>;
  /** The builder has given up. */
  abandon(artefact: string, token: string): Promise<void>;
  /**
   * Makes what was built visible, and in use. `replaces`: the token of what is there now; `undefined`: nothing is. `false`: that is no longer so, or the builder was taken
   * for dead.
   */
  publish(artefact: string, whole: WholeArtefact, replaces: string | undefined): Promise<boolean>;
  retire(artefacts: readonly string[]): Promise<void>;
  /** Returns those that are not there. */
  revive(artefacts: readonly string[]): Promise<readonly string[]>;
  /** The server's clock, in milliseconds since 1970. */
  now(): Promise<number>;
  /** Artefacts that were retired at this instant or before. */
  retiredBy(atMs: number): Promise<readonly string[]>;
  /** Makes an artefact invisible if it was retired at this instant or before, and is. `false`: somebody has taken it into use, or removed it. */
  remove(artefact: string, atMs: number): Promise<boolean>;
  /** Gives up what was replaced, and builders that were last heard of, at these instants or before. */
  forget(replacedAtMs: number, heardAtMs: number): Promise<void>;
  /** Drops the collections that belong to nobody. */
  sweep(): Promise<void>;
  collectionOf(artefact: string, token: string): string;
}

const bodyOf = (whole: WholeArtefact): string => Buffer.from(sealJson({ format: FORMAT, ...whole })).toString();

const wholeIn = (artefact: string, { token, body }: NonNullable<Entry['current']>): WholeArtefact => {
  try {
    const { format, ...whole } = unsealJson(Buffer.from(body)) as WholeArtefact & { readonly format: unknown }; // as: written by `bodyOf`, and sealed
    if (format !== FORMAT)
      throw new DamagedCatalogError(
        `the artefact ${artefact} has format ${JSON.stringify(format)}, this program reads ${FORMAT}: build it anew`,
      );
    if (whole.token !== token) throw new DamagedCatalogError(`the record of the artefact ${artefact} is of another collection`);
    return { ...whole, partitions: whole.partitions };
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    throw new DamagedCatalogError(`the record of the artefact ${artefact} ${error.message}`, { cause: error });
  }
};

/** At this instant or before. Instants have milliseconds; a server that keeps parts of them, which MongoDB does not, is understood too. */
const by = (atMs: number): Document => ({ $lt: new Date(atMs + 1) });
const IS_THERE = { current: { $exists: true } } as const;
const isEmptyMap = (field: string): Document => ({ $or: [{ [field]: { $exists: false } }, { [field]: {} }] });

export const openCatalog = ({ database, limits }: MongodbConnection): Catalog => {
  const ask = <Result>(work: (ends: Ends) => Promise<Result>): Promise<Result> => within(limits.requestTimeoutMs, undefined, work);
  // What a majority does not have may still be taken back.
  const entries: Collection<Entry> = database.collection<Entry>(CATALOG, { readConcern: 'majority' });
  const clock = database.collection<Document & { readonly _id: string }>(CLOCK);
  const collectionOf = (artefact: string, token: string): string => `rows.${artefact}.${token}`;
  const entryOf = (artefact: string): Promise<Entry | null> => ask((ends) => entries.findOne({ _id: artefact }, ends));
  /** as: names of fields that are made of tokens are beyond the driver's types. */
  const update = async (filter: Document, change: Document, upsert = false): Promise<number> =>
    (await ask((ends) => entries.updateOne(filter as Filter<Entry>, change as UpdateFilter<Entry>, { upsert, ...ends }))).matchedCount;

  const drop = async (name: string): Promise<void> => {
    try {
      await within(limits.scanTimeoutMs, undefined, (ends) => database.dropCollection(name, ends));
    } catch (error) {
      // Another process was quicker.
      if (!isNoCollection(error)) throw error;
    }
  };

  return {
    collectionOf,
    async find(artefact) {
      const current = (await entryOf(artefact))?.current;
      return current && wholeIn(artefact, current);
    },
    tokenOf: async (artefact) => (await entryOf(artefact))?.current?.token,
    async isKept(artefact, token) {
      const entry = await entryOf(artefact);
      return entry?.current?.token === token || entry?.replaced?.[token] !== undefined;
    },
    async names() {
      const found = await ask((ends) =>
        entries.find({ ...IS_THERE, retiredAt: { $exists: false } }, { projection: { _id: 1 }, sort: { _id: 1 }, ...ends }).toArray(),
      );
      return found.map(({ _id }) => _id);
    },

    async begin(artefact) {
      const token = randomBytes(TOKEN_BYTES).toString('hex');
      for (let tried = 1; ; tried++)
        try {
          await update({ _id: artefact }, { $currentDate: { [`builds.${token}`]: true } }, true);
          return token;
        } catch (error) {
          if (!isDuplicate(error) || tried === UPSERT_TRIES) throw error;
        }
    },
    beat: async (artefact, token) =>
      (await update({ _id: artefact, [`builds.${token}`]: { $exists: true } }, { $currentDate: { [`builds.${token}`]: true } })) === 1,
    async abandon(artefact, token) {
      await update({ _id: artefact }, { $unset: { [`builds.${token}`]: '' } });
    },
    publish: async (artefact, whole, replaces) =>
      (await update(
        { _id: artefact, [`builds.${whole.token}`]: { $exists: true }, 'current.token': { $eq: replaces ?? null } },
        {
          $set: { current: { token: whole.token, body: bodyOf(whole) } },
          $unset: { [`builds.${whole.token}`]: '', retiredAt: '' },
          ...(replaces !== undefined && { $currentDate: { [`replaced.${replaces}`]: true } }),
        },
      )) === 1,

    async retire(artefacts) {
      await ask((ends) =>
        entries.updateMany(
          { _id: { $in: [...artefacts] }, ...IS_THERE, retiredAt: { $exists: false } },
          { $currentDate: { retiredAt: true } },
          ends,
        ),
      );
    },
    async revive(artefacts) {
      const wanted = { _id: { $in: [...artefacts] }, ...IS_THERE };
      await ask((ends) => entries.updateMany(wanted, { $unset: { retiredAt: '' } }, ends));
      // One that was removed in between is not found; one that is found is in use, so nobody removes it.
      const found = await ask((ends) => entries.find(wanted, { projection: { _id: 1 }, ...ends }).toArray());
      const there = new Set(found.map(({ _id }) => _id));
      return artefacts.filter((artefact) => !there.has(artefact));
    },

    async now() {
      for (let tried = 1; ; tried++)
        try {
          const read = await ask((ends) =>
            clock.findOneAndUpdate({ _id: 'now' }, { $currentDate: { at: true } }, { upsert: true, returnDocument: 'after', ...ends }),
          );
          if (read === null) throw new Error('the clock was not written');
          return (read['at'] as Date).getTime(); // as: what the update has put there
        } catch (error) {
          if (!isDuplicate(error) || tried === UPSERT_TRIES) throw error;
        }
    },
    async retiredBy(atMs) {
      const nowMs = await this.now();
      // What a clock that was ahead has written counts from now on.
      await ask((ends) => entries.updateMany({ retiredAt: { $gte: new Date(nowMs + 1) } }, { $currentDate: { retiredAt: true } }, ends));
      const due = await ask((ends) =>
        entries.find({ ...IS_THERE, retiredAt: by(atMs) }, { projection: { _id: 1 }, sort: { _id: 1 }, ...ends }).toArray(),
      );
      return due.map(({ _id }) => _id);
    },
    remove: async (artefact, atMs) =>
      (await update({ _id: artefact, ...IS_THERE, retiredAt: by(atMs) }, { $unset: { current: '', retiredAt: '' } })) === 1,

    async forget(replacedAtMs, heardAtMs) {
      const all = await ask((ends) => entries.find({}, { projection: { builds: 1, replaced: 1 }, ...ends }).toArray());
      for (const { _id, builds = {}, replaced = {} } of all) {
        const due = [
          ...Object.entries(builds).map(([token, at]) => ({ field: `builds.${token}`, at, dueMs: heardAtMs })),
          ...Object.entries(replaced).map(([token, at]) => ({ field: `replaced.${token}`, at, dueMs: replacedAtMs })),
        ].filter(({ at, dueMs }) => at.getTime() <= dueMs);
        // Not where the builder has been heard of meanwhile.
        for (const { field, at } of due) await update({ _id, [field]: by(at.getTime()) }, { $unset: { [field]: '' } });
      }
      await ask((ends) => entries.deleteMany({ current: { $exists: false }, $and: [isEmptyMap('builds'), isEmptyMap('replaced')] }, ends));
    },
    async sweep() {
      const collections = await ask(({ signal }) => database.listCollections({}, { nameOnly: true, signal }).toArray());
      const named = new Set<string>();
      // After the collections were listed: each of them was named before it was made.
      const all = await ask((ends) => entries.find({}, { projection: { 'current.token': 1, builds: 1, replaced: 1 }, ...ends }).toArray());
      for (const { current, builds = {}, replaced = {} } of all)
        for (const token of [current?.token, ...Object.keys(builds), ...Object.keys(replaced)]) if (token !== undefined) named.add(token);
      for (const { name } of collections) {
        const token = ROWS.exec(name)?.[1];
        if (token !== undefined && !named.has(token)) await drop(name);
      }
    },
  };
};
