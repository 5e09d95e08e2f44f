/** The publications, a row each under its unique number. They are only ever inserted. */
import { DamagedRecordError, type Publication, sealJson, StoreFault, unsealJson } from '@rushes/ports';

import type { Cell, Connections, Rows } from '../postgres-access/connections.ts';
import { lacksTables } from '../postgres-access/format.ts';
import { storedText, textOfStored } from '../postgres-access/stored-text.ts';

const publicationOf = ([number, text]: readonly Cell[], location: string): Publication => {
  try {
    const body = unsealJson(Buffer.from(textOfStored(String(text)))) as Publication; // as: written by `insert`
    if (body.number !== Number(number)) throw new DamagedRecordError('is damaged: it has another number');
    return body;
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    throw new StoreFault({
      location,
      reason: `is damaged: the publication ${String(number)} ${error.message}`,
      hint: 'Restore the table of publications from a backup, or delete that row, and the next batch run publishes anew.',
      cause: error,
    });
  }
};

export interface Publications {
  insert(publication: Publication): Promise<boolean>;
  /** The newest first. */
  newest(limit: number): Promise<readonly Publication[]>;
}

/** @param schema quoted. */
export const publicationsOf = (connections: Connections, schema: string, readOnly: boolean): Publications => {
  const { location } = connections;
  const read = async (text: string, name: string, value: number): Promise<Rows> => {
    try {
      return await connections.read({ name, text, values: [value] });
    } catch (error) {
      if (readOnly && lacksTables(error)) return [];
      throw error;
    }
  };
  return {
    async insert(publication) {
      const [inserted] = await connections.write({
        text: `INSERT INTO ${schema}.publications VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true`,
        values: [publication.number, storedText(Buffer.from(sealJson(publication)).toString())],
      });
      if (inserted !== undefined) return true;
      const [taken] = await read(`SELECT number, body FROM ${schema}.publications WHERE number = $1`, 'publication', publication.number);
      return taken !== undefined && publication.attempt !== undefined && publicationOf(taken, location).attempt === publication.attempt;
    },
    newest: async (limit) =>
      (await read(`SELECT number, body FROM ${schema}.publications ORDER BY number DESC LIMIT $1`, 'publications', limit)).map((row) =>
        publicationOf(row, location),
      ),
  };
};
