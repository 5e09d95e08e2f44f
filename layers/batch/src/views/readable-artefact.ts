/** Whether artefacts are what this code reads. An artefact that cannot be opened is as good as none, whatever the reason. */
import { type BatchViewStore, type Publication, StoreUnavailable } from '@rushes/ports';
import { mergeFault, VIEWS } from '@rushes/views';

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
type ViewFault = {
  readonly kind: 'foreign' | 'unreadable';
  /** In words that go on after "the published version cannot be served: ". */
  readonly reason: string;
  readonly error?: unknown;
};

/** The first view of a publication that this code cannot serve. @throws StoreUnavailable if that cannot be told now. */
const findViewFault = async (store: BatchViewStore, { views, rules }: Publication): Promise<ViewFault | undefined> => {
  const otherwise = mergeFault(rules);
  const foreign = VIEWS.find((view) => !isOfForm(view, views[view.name]?.artefact ?? ''));
  for (const view of VIEWS) {
    const artefact = views[view.name]?.artefact;
    if (artefact === undefined || !isOfForm(view, artefact)) continue;
    let error: unknown;
    const rows = await readableRows(store, artefact, (reason) => {
      // A store that is busy or away for a moment says nothing of what is in it.
      if (reason instanceof StoreUnavailable) throw reason;
      error = reason;
    });
    if (rows === undefined) return { kind: 'unreadable', reason: `its view ${view.name} cannot be read`, error };
  }
  if (otherwise !== undefined) return { kind: 'foreign', reason: otherwise };
  return foreign && { kind: 'foreign', reason: `it has not the view ${foreign.name} that this version of the code serves` };
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
