/**
 * One publication with its open artefacts. Invariants: all that a request reads comes from one snapshot; its artefacts are closed when
 * nobody holds it any more, never before; a snapshot whose artefacts were closed cannot be pinned again.
 */
import { hash } from 'node:crypto';

import type { ArtefactReader, BatchViewStore, Publication } from '@rushes/ports';
import { credits, genres, people, statistics, titleNames, titles } from '@rushes/views';

import { metaText } from './envelope.ts';

/** The views that requests are answered from. */
const SERVED_VIEWS = { titles, credits, titleNames, people, genres, statistics };

type ViewName = keyof typeof SERVED_VIEWS;

export type ViewReaders = Readonly<Record<ViewName, ArtefactReader>>;

export interface Snapshot {
  readonly publication: Publication;
  readonly views: ViewReaders;
  /** The envelope's `meta`, as JSON text. */
  readonly meta: string;
  /** What of the publication and the code entity tags are made from. */
  readonly tagSeed: string;
  pin(): void;
  /** Gives up one pin. The last one closes the artefacts. */
  release(): void;
}

const VIEW_NAMES = Object.keys(SERVED_VIEWS) as ViewName[]; // as: keys of the literal above

const closeAll = async (readers: readonly ArtefactReader[], onTrouble: (error: unknown) => void): Promise<void> => {
  for (const outcome of await Promise.allSettled(readers.map((reader) => reader.close())))
    if (outcome.status === 'rejected') onTrouble(outcome.reason);
};

const openViews = async (store: BatchViewStore, publication: Publication): Promise<ViewReaders> => {
  const opened: [ViewName, ArtefactReader][] = [];
  try {
    for (const name of VIEW_NAMES) {
      const view = publication.views[SERVED_VIEWS[name].name];
      if (view === undefined) {
        throw new Error(
          `publication ${publication.number} in ${store.location} has no view ${SERVED_VIEWS[name].name}: run the batch layer of this version`,
        );
      }
      opened.push([name, await store.open(view.artefact)]);
    }
  } catch (error) {
    // The reason for giving up is the one above; what fails on the way out adds nothing to it.
    await closeAll(
      opened.map(([, reader]) => reader),
      () => {},
    );
    throw error;
  }
  return Object.fromEntries(opened) as ViewReaders; // as: the loop above opened every name
};

/** Opens all views of a publication. The caller holds one pin. `onTrouble` hears of artefacts that could not be closed. */
export const openSnapshot = async (
  store: BatchViewStore,
  publication: Publication,
  codeVersion: string,
  onTrouble: (error: unknown) => void,
): Promise<Snapshot> => {
  const views = await openViews(store, publication);
  let pins = 1;
  return {
    publication,
    views,
    meta: metaText(publication),
    // Not the number alone: another data folder's publications are numbered alike.
    tagSeed: hash('sha256', JSON.stringify([publication, codeVersion]), 'base64url'),
    pin: () => {
      if (pins === 0) throw new Error(`publication ${publication.number} was pinned after its artefacts were closed`);
      pins += 1;
    },
    release: () => {
      if (pins === 0) throw new Error(`publication ${publication.number} was released more often than pinned`);
      pins -= 1;
      if (pins === 0) void closeAll(Object.values(views), onTrouble);
    },
  };
};
