/** A batch-view store that counts rows and keeps none: a run against it costs what the lake and the making of the rows cost. */
import { ArtefactNotFoundError, type BatchViewStore, type Publication } from '@rushes/ports';

const LOCATION = 'nowhere';

export const droppedViews = (): BatchViewStore => {
  const artefacts = new Map<string, number>();
  const publications: Publication[] = [];
  return {
    location: LOCATION,
    build: async (artefact, _layout, batches) => {
      let rows = 0;
      for await (const batch of batches) rows += batch.length;
      artefacts.set(artefact, rows);
      return rows;
    },
    verify: async () => 'missing',
    rowCount: async (artefact) => artefacts.get(artefact),
    bytes: async (artefact) => (artefacts.has(artefact) ? 0 : undefined),
    open: async (artefact) => {
      throw new ArtefactNotFoundError(LOCATION, artefact);
    },
    listArtefacts: async () => [...artefacts.keys()],
    retire: async (names) => {
      for (const name of names) artefacts.delete(name);
    },
    revive: async (names) => names.filter((name) => !artefacts.has(name)),
    dropRetired: async () => [],
    insertPublication: async (publication) => {
      publications.unshift(publication);
      return true;
    },
    currentPublication: async () => publications[0],
    listPublications: async (limit) => publications.slice(0, limit),
    close: async () => undefined,
  };
};
