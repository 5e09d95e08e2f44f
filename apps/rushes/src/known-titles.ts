/** Which movies the published version has. Looked up once each, as long as there is room to remember them. */
import type { BatchViewStore } from '@rushes/ports';

const MOST_REMEMBERED = 500_000;

export interface KnownTitles {
  readonly version: number;
  knownOf(movieIds: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** `undefined` where no version is published. */
export const openKnownTitles = async (views: BatchViewStore): Promise<KnownTitles | undefined> => {
  const publication = await views.currentPublication();
  const titles = publication?.views['titles'];
  if (publication === undefined || titles === undefined) return undefined;
  const reader = await views.open(titles.artefact);
  const remembered = new Map<string, boolean>();
  return {
    version: publication.version,
    async knownOf(movieIds) {
      const asked = movieIds.filter((id) => !remembered.has(id));
      const found = new Set((await reader.getMany(asked, { columns: [] })).map(({ key }) => key));
      const known = new Set(movieIds.filter((id) => remembered.get(id) ?? found.has(id)));
      if (remembered.size + asked.length > MOST_REMEMBERED) remembered.clear();
      for (const id of asked) remembered.set(id, found.has(id));
      return known;
    },
    close: () => reader.close(),
  };
};
