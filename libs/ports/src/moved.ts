/**
 * The mark of a system that has moved, or that is being copied into: whoever opens it is told, and no event is taken there. It lies in the lake, which every
 * process opens. Taking it away is the way back.
 */
import type { CallOptions } from './call-options.ts';
import type { ObjectStore } from './object-store.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

export interface Moved {
  /** Where to, for people; of one that is being copied into, where it comes from. */
  readonly to: string;
  /** Id of the log there; `null`: it is not made yet. */
  readonly log: string | null;
  /** It is being copied into, and not whole yet. */
  readonly isArriving?: boolean;
  /** ISO 8601. */
  readonly at: string;
}

const FORMAT = 1;
/** Of this lake alone: copies of the lake do not have it. */
export const MOVED_KEY = 'moved.json';

export const readMoved = async (objects: ObjectStore, options?: CallOptions): Promise<Moved | undefined> => {
  const bytes = await objects.get(MOVED_KEY, options);
  if (bytes === undefined) return undefined;
  const value = unsealJson(bytes) as Partial<Moved> | null; // as: each member is looked at
  if (typeof value?.to === 'string' && typeof value.at === 'string' && (typeof value.log === 'string' || value.log === null))
    return { to: value.to, log: value.log, at: value.at, ...(value.isArriving === true && { isArriving: true }) };
  throw new Error(`${MOVED_KEY} in ${objects.location} cannot be read: delete it if this system has not moved`);
};

export const putMoved = (objects: ObjectStore, moved: Moved): Promise<void> =>
  objects.put(MOVED_KEY, sealJson({ format: FORMAT, ...moved }));

export const removeMoved = (objects: ObjectStore): Promise<void> => objects.delete([MOVED_KEY]);

/** What whoever opens the system is told. */
export const movedFault = (
  objects: ObjectStore,
  { to, at, isArriving = false }: Moved,
): { readonly message: string; readonly hint: string } =>
  isArriving
    ? {
        message: `the system with its lake in ${objects.location} is being copied from ${to} since ${at}, and is not whole yet`,
        hint: 'Wait until `rushes copy` has ended. If it was broken off, give the same command again: it goes on.',
      }
    : {
        message: `the system with its lake in ${objects.location} has moved to ${to} (${at}): no events are taken here any more`,
        hint: 'Use it there. If it is to go on here after all, and nothing was posted there: `rushes copy --take-back --from` the old one.',
      };
