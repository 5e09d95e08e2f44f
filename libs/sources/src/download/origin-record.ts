/**
 * Where a file came from, kept in a small file beside it: beside a complete one, so that it is fetched again only when it has changed; beside an
 * incomplete one, so that what follows is appended only to bytes of the same version.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const OriginRecord = Type.Object({
  url: Type.String(),
  etag: Type.String({ minLength: 1 }),
  /** Size of the complete file, if the server told it. */
  bytes: Type.Optional(Type.Integer({ minimum: 0 })),
});

export type OriginRecord = Static<typeof OriginRecord>;

const recordPath = (path: string): string => `${path}.origin.json`;

/** The record beside the file `path`; `undefined` if there is none, or none that can be read: then the file is fetched anew. */
export const readOrigin = async (path: string): Promise<OriginRecord | undefined> => {
  try {
    const record: unknown = JSON.parse(await readFile(recordPath(path), 'utf8'));
    return Value.Check(OriginRecord, record) ? record : undefined;
  } catch {
    return undefined;
  }
};

export const writeOrigin = (path: string, record: OriginRecord): Promise<void> =>
  writeFile(recordPath(path), `${JSON.stringify(record)}\n`);

export const removeOrigin = (path: string): Promise<void> => rm(recordPath(path), { force: true });

/** Only a strong tag promises the same bytes, so only such a one allows to append (RFC 9110, 8.8.3 and 13.1.5). */
export const isStrong = (etag: string): boolean => etag.startsWith('"');
