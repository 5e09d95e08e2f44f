/** The views that requests are answered from, as the artefacts of one publication. */
import type { ArtefactLayout, ArtefactReader, BatchViewStore, Publication } from '@rushes/ports';
import { areRowsOurs, mergeFault, SERVED_VIEWS, type View } from '@rushes/views';

import { unavailable } from '../http/problem.ts';

type ViewName = keyof typeof SERVED_VIEWS;

export type ViewReaders = Readonly<Record<ViewName, ArtefactReader>>;

const VIEW_NAMES = Object.keys(SERVED_VIEWS) as ViewName[]; // as: the object's keys

const RETRY_AFTER_S = 30;

/** Closes artefacts; `onTrouble` hears of those that could not be. */
export const closeViews = async (readers: readonly ArtefactReader[], onTrouble: (error: unknown) => void): Promise<void> => {
  for (const outcome of await Promise.allSettled(readers.map((reader) => reader.close())))
    if (outcome.status === 'rejected') onTrouble(outcome.reason);
};

/** What this code asks of a view that an artefact does not have; `undefined`: nothing. How it is sorted and indexed does not matter. */
const missingFrom = (present: ArtefactLayout, needed: ArtefactLayout): string | undefined => {
  if (present.key !== needed.key) return `the key ${needed.key}`;
  const column = Object.entries(needed.columns).find(([name, type]) => present.columns[name] !== type);
  if (column !== undefined) return `the column ${column[0]} (${column[1]})`;
  const document = needed.documents.find((name) => !present.documents.includes(name));
  if (document !== undefined) return `the document ${document}`;
  const searched = needed.search?.find((name) => present.search?.includes(name) !== true);
  if (searched !== undefined) return `the words of ${searched}`;
  const lookup = needed.lookups.find((name) => !present.lookups.includes(name));
  return lookup === undefined ? undefined : `the lookup ${lookup}`;
};

const isOptional = (name: ViewName): boolean => {
  const declared: View = SERVED_VIEWS[name];
  return declared.isOptional === true;
};

const openView = async (store: BatchViewStore, publication: Publication, name: ViewName): Promise<ArtefactReader> => {
  const declared = SERVED_VIEWS[name];
  const view = publication.views[declared.name];
  if (view === undefined)
    throw new Error(
      `publication ${publication.number} in ${store.location} has no view ${declared.name}: run the batch layer of this version`,
    );
  if (!areRowsOurs(publication.rules, declared.name))
    throw new Error(`${view.artefact} in ${store.location} has its rows made otherwise: run the batch layer of this version`);
  const reader = await store.open(view.artefact);
  const missing = missingFrom(reader.layout, declared.layout);
  if (missing === undefined) return reader;
  await closeViews([reader], () => {});
  throw new Error(`${view.artefact} in ${store.location} does not have ${missing}: run the batch layer of this version`);
};

/** Stands in for a view that could not be opened: whoever reads it answers 503. */
const absentView = (name: ViewName, { version }: Publication): ArtefactReader => {
  const declared = SERVED_VIEWS[name];
  const refuse = () =>
    Promise.reject(
      unavailable(
        `This needs the view ${declared.name}, which version ${version} does not have as this service reads it. The next batch run makes it.`,
        RETRY_AFTER_S,
      ),
    );
  return {
    layout: declared.layout,
    get: refuse,
    lookup: refuse,
    getMany: refuse,
    list: refuse,
    count: refuse,
    search: refuse,
    close: async () => {},
  };
};

export interface OpenedViews {
  readonly readers: ViewReaders;
  /** Names of views that could not be opened: reading them is refused. */
  readonly absent: readonly string[];
}

/** Opens the artefacts of all views of a publication that this code can merge events with, or none. `partly`: or all but those that only some answers need. */
export const openViews = async (store: BatchViewStore, publication: Publication, partly = false): Promise<OpenedViews> => {
  const fault = mergeFault(publication.rules);
  if (fault !== undefined)
    throw new Error(
      `publication ${publication.number} in ${store.location} cannot be merged with events by this release: ${fault}. Run the batch layer of this release`,
    );
  const opened: [ViewName, ArtefactReader][] = [];
  const absent: string[] = [];
  try {
    for (const name of VIEW_NAMES) {
      try {
        opened.push([name, await openView(store, publication, name)]);
      } catch (error) {
        // Without any other view events cannot be merged, and nothing is answered.
        if (!partly || !isOptional(name)) throw error;
        absent.push(SERVED_VIEWS[name].name);
        opened.push([name, absentView(name, publication)]);
      }
    }
  } catch (error) {
    // The reason for giving up is the one above; what fails on the way out adds nothing to it.
    await closeViews(
      opened.map(([, reader]) => reader),
      () => {},
    );
    throw error;
  }
  return { readers: Object.fromEntries(opened) as ViewReaders, absent }; // as: the loop above opened every name
};
