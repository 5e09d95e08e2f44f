/** What was handed in cannot be an artefact or a query of one: doing it again will fail again. */
export class ArtefactFaultError extends Error {
  override readonly name = 'ArtefactFaultError';
}
