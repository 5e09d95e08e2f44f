/** Whether artefacts are what this code reads. An artefact that cannot be opened is as good as none, whatever the reason. */
import type { BatchViewStore, Publication } from '@rushes/ports';
import { VIEWS } from '@rushes/views';

import { isOfForm } from './artefact-name.ts';

/** Rows of an artefact that can be opened; `undefined` if there is none, or it cannot be: then `onFault` hears why. */
export const readableRows = async (
  store: BatchViewStore,
  artefact: string,
  onFault: (error: unknown) => void,
): Promise<number | undefined> => {
  try {
    const rows = await store.rowCount(artefact);
    if (rows !== undefined) await (await store.open(artefact)).close();
    return rows;
  } catch (error) {
    onFault(error);
    return undefined;
  }
};

/** What keeps this code from serving a publication. `foreign`: another version of the code made it, with other views. */
type ViewFault = { readonly kind: 'foreign' | 'unreadable'; readonly view: string; readonly error?: unknown };

/** The first view of a publication that this code cannot serve. */
const findViewFault = async (store: BatchViewStore, { views }: Publication): Promise<ViewFault | undefined> => {
  const foreign = VIEWS.find((view) => !isOfForm(view, views[view.name]?.artefact ?? ''));
  for (const view of VIEWS) {
    const artefact = views[view.name]?.artefact;
    if (artefact === undefined || !isOfForm(view, artefact)) continue;
    let error: unknown;
    const rows = await readableRows(store, artefact, (reason) => {
      error = reason;
    });
    if (rows === undefined) return { kind: 'unreadable', view: view.name, error };
  }
  return foreign && { kind: 'foreign', view: foreign.name };
};

/** So many publications are looked at: more than are kept. */
const HISTORY = 50;

/**
 * Why a run is needed before its time; `undefined`: it is not. What cannot be read is to be made anew. What another version of the code published is not,
 * as long as an earlier publication can be served: two versions of the code side by side do not publish against each other.
 */
export const findUnservable = async (store: BatchViewStore): Promise<ViewFault | undefined> => {
  const [newest, ...older] = await store.listPublications(HISTORY);
  const fault = newest && (await findViewFault(store, newest));
  if (newest === undefined || fault?.kind !== 'foreign') return fault;
  const tried = new Set<number>();
  for (const publication of older) {
    if (publication.log !== newest.log || tried.has(publication.version)) continue;
    tried.add(publication.version);
    if ((await findViewFault(store, publication)) === undefined) return undefined;
  }
  return fault;
};
