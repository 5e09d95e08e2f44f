/** The views that requests are answered from, as the artefacts of one publication. */
import type { ArtefactReader, BatchViewStore, Publication } from '@rushes/ports';
import { credits, genres, people, sentiment, statistics, titleNames, titles, unknownTitles } from '@rushes/views';

const SERVED_VIEWS = { titles, credits, titleNames, people, genres, statistics, sentiment, unknownTitles };

type ViewName = keyof typeof SERVED_VIEWS;

export type ViewReaders = Readonly<Record<ViewName, ArtefactReader>>;

const VIEW_NAMES = Object.keys(SERVED_VIEWS) as ViewName[]; // as: keys of the literal above

/** Closes artefacts; `onTrouble` hears of those that could not be. */
export const closeViews = async (readers: readonly ArtefactReader[], onTrouble: (error: unknown) => void): Promise<void> => {
  for (const outcome of await Promise.allSettled(readers.map((reader) => reader.close())))
    if (outcome.status === 'rejected') onTrouble(outcome.reason);
};

/** Opens the artefacts of all views of a publication, or none. */
export const openViews = async (store: BatchViewStore, publication: Publication): Promise<ViewReaders> => {
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
    await closeViews(
      opened.map(([, reader]) => reader),
      () => {},
    );
    throw error;
  }
  return Object.fromEntries(opened) as ViewReaders; // as: the loop above opened every name
};
