/** What was handed in cannot be an artefact or a query of one: doing it again will fail again. */
export class ArtefactFaultError extends Error {
  override readonly name = 'ArtefactFaultError';
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** SQLite's word that a file is not what it was written as. It does not name the file. */
export const isDamage = (error: unknown): error is Error =>
  error instanceof Error && 'errcode' in error && (error.errcode === SQLITE_CORRUPT || error.errcode === SQLITE_NOTADB);
