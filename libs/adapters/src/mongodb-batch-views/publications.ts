/** The publications, one document each under its number as `_id`, which is unique: of racing inserts one wins. They are only ever inserted. */
import { DamagedRecordError, type Publication, sealJson, StoreFault, unsealJson } from '@rushes/ports';

import type { MongodbConnection } from '../mongodb-server/connect.ts';
import { type Ends, within } from '../mongodb-server/deadline.ts';
import { isDuplicate } from '../mongodb-server/failures.ts';

interface Stored {
  readonly _id: number;
  /** Sealed JSON. */
  readonly body: string;
}

export interface Publications {
  /** Whether the number was free, or taken by this very attempt. */
  insert(publication: Publication): Promise<boolean>;
  newest(limit: number): Promise<readonly Publication[]>;
}

const publicationIn = ({ _id, body }: Stored): Publication => {
  const publication = unsealJson(Buffer.from(body)) as Publication; // as: written by `insert`, and sealed
  if (publication.number !== _id) throw new DamagedRecordError('is damaged: a publication has another number');
  return publication;
};

export const openPublications = ({ database, limits, location }: MongodbConnection): Publications => {
  const ask = <Result>(work: (ends: Ends) => Promise<Result>): Promise<Result> => within(limits.requestTimeoutMs, undefined, work);
  // What a majority does not have may still be taken back, and then another one may take its number.
  const stored = database.collection<Stored>('publications', { readConcern: 'majority' });
  const read = (found: Stored): Publication => {
    try {
      return publicationIn(found);
    } catch (error) {
      if (!(error instanceof DamagedRecordError)) throw error;
      throw new StoreFault({
        location,
        reason: `has a damaged publication, number ${found._id} (${error.message})`,
        hint: 'Restore the collection `publications`, or remove that document, and the next batch run publishes anew.',
        cause: error,
      });
    }
  };
  return {
    async insert(publication) {
      try {
        const body = Buffer.from(sealJson(publication)).toString();
        await ask((ends) => stored.insertOne({ _id: publication.number, body }, ends));
        return true;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const taken = await ask((ends) => stored.findOne({ _id: publication.number }, { readConcern: 'local', ...ends }));
        if (taken === null || publication.attempt === undefined || read(taken).attempt !== publication.attempt) return false;
        // Its own, from a time whose answer was lost. A write that changes nothing is acknowledged when a majority has all before it.
        await ask((ends) => stored.updateOne({ _id: publication.number }, { $set: { body: taken.body } }, ends));
        return true;
      }
    },
    async newest(limit) {
      const found = await ask((ends) => stored.find({}, { sort: { _id: -1 }, limit, ...ends }).toArray());
      return found.map(read);
    },
  };
};
