/**
 * The published version's manifest, as far as the catalog shows it. It was written by another layer, perhaps of another version of this code:
 * invariant: what comes from here has the form below, or it is refused with the places where it has not.
 */
import { DamagedRecordError, type ObjectStore, type Publication, unsealJson } from '@rushes/ports';
import { Manifest } from '@rushes/ports/manifest';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';

/** What the catalog shows of it; the rest is the batch layer's. */
const ShownManifest = Type.Pick(Manifest, ['version', 'cutAt', 'tables', 'catalog', 'views', 'dumps', 'validation', 'figures']);
export type ShownManifest = Static<typeof ShownManifest>;

/** So many faults are named; one is enough to see what is wrong. */
const FAULTS_TOLD = 3;

const parse = (bytes: Uint8Array, place: string): unknown => {
  try {
    return unsealJson(bytes);
  } catch (cause) {
    if (!(cause instanceof DamagedRecordError)) throw cause;
    throw new Error(`the manifest ${place} ${cause.message}`, { cause });
  }
};

/** @throws Error if the manifest is not there, or is not what this layer can read: the batch layer has to publish again. */
export const readManifest = async (objects: ObjectStore, publication: Publication): Promise<ShownManifest> => {
  const place = `${publication.manifest} of publication ${publication.number} in ${objects.location}`;
  const bytes = await objects.get(publication.manifest);
  if (bytes === undefined) throw new Error(`the manifest ${place} is gone: run the batch layer again`);
  const value = parse(bytes, place);
  if (Value.Check(ShownManifest, value)) return value;
  const faults = Value.Errors(ShownManifest, value).slice(0, FAULTS_TOLD);
  throw new Error(
    `the manifest ${place} is not of the expected form: ${faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')}`,
  );
};
