/**
 * The published version's manifest, as far as the catalog shows it. It was written by another layer, perhaps of another version of this code:
 * invariant: what comes from here has the form below, or it is refused with the places where it has not.
 */
import { DamagedRecordError, type ObjectStore, type Publication, unsealJson } from '@rushes/ports';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';

const Table = Type.Object({
  /** `<layer>.<table>`. */
  name: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Type.Integer(),
  files: Type.Array(Type.Object({ rows: Type.Integer(), bytes: Type.Integer(), partition: Type.Optional(Type.String()) })),
});

const Dump = Type.Object({
  dataset: Type.String(),
  present: Type.Boolean(),
  sourceFile: Type.Optional(Type.String()),
  sha256: Type.Optional(Type.String()),
  loadId: Type.Optional(Type.String()),
  loadedAt: Type.Optional(Type.String()),
  observedAt: Type.Optional(Type.String()),
  lines: Type.Optional(Type.Integer()),
  rows: Type.Optional(Type.Integer()),
  rejectedLines: Type.Optional(Type.Integer()),
});

const Expectation = Type.Object({
  name: Type.String(),
  table: Type.String(),
  severity: Type.String(),
  passed: Type.Boolean(),
  observed: Type.String(),
  expected: Type.String(),
});

const Manifest = Type.Object({
  version: Type.Integer(),
  cutAt: Type.String(),
  tables: Type.Array(Table),
  catalog: Type.Array(
    Type.Object({ table: Type.String(), meaning: Type.String(), reads: Type.Array(Type.String()), retention: Type.String() }),
  ),
  views: Type.Array(Type.Object({ name: Type.String(), artefact: Type.String(), rows: Type.Integer(), built: Type.String() })),
  dumps: Type.Array(Dump),
  validation: Type.Array(Expectation),
  figures: Type.Record(Type.String(), Type.Number()),
});

export type Manifest = Static<typeof Manifest>;

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
export const readManifest = async (objects: ObjectStore, publication: Publication): Promise<Manifest> => {
  const place = `${publication.manifest} of publication ${publication.number} in ${objects.location}`;
  const bytes = await objects.get(publication.manifest);
  if (bytes === undefined) throw new Error(`the manifest ${place} is gone: run the batch layer again`);
  const value = parse(bytes, place);
  if (Value.Check(Manifest, value)) return value;
  const faults = Value.Errors(Manifest, value).slice(0, FAULTS_TOLD);
  throw new Error(
    `the manifest ${place} is not of the expected form: ${faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')}`,
  );
};
