/** A route that takes events: what it is called, what it takes, and whether it may be. The rest is `entrance.ts`'s. */
import type { MovieEvent } from '@rushes/domain';
import type { EventLog, Waited } from '@rushes/ports';
import type { Static, TObject } from 'typebox';

import type { Snapshot } from '../merge/snapshot.ts';
import type { Receipt, Receipts } from './receipts.ts';
import type { RequestIdentity } from './request-ids.ts';

/** What a request asks for, before anybody looked whether it may be. */
export interface Posted {
  readonly event: MovieEvent;
  /** The request's path, with the title's own id in it. */
  readonly path: string;
  /** The id by which the request names its title. */
  readonly askedId?: string;
}

export interface Admission {
  readonly snapshot: Snapshot;
  readonly log: EventLog;
  readonly receipts: Receipts;
  readonly posted: Posted;
  readonly eventId: string;
  readonly idempotencyKey: string | undefined;
  readonly nowMs: number;
  readonly waited: Waited;
}

/** Nothing: append it. A receipt: it is in the log already. The function takes back what was claimed, if the log does not take the event. */
export type Admitted = { readonly takeBack: () => Promise<void> } | { readonly earlier: Receipt };

export interface Entrance<P extends TObject, B extends TObject> {
  /** Fastify's pattern. */
  readonly url: string;
  /** Name of the operation in the API's description. */
  readonly operation: string;
  readonly summary: string;
  readonly description: string;
  readonly params: P;
  readonly body: B;
  /** Largest body; without it, the service's own limit. */
  readonly bodyLimitBytes?: number;
  /** The field that makes a body too large (413) when it is too long. */
  readonly largeField?: string;
  /** Further statuses, with what they mean. */
  readonly problems: Readonly<Record<number, string>>;
  /** Pure. `at`: the time of events that do not say when they happened. */
  readonly read: (
    params: Static<P>,
    body: Static<B>,
    context: { readonly at: string; readonly identity: RequestIdentity; readonly newId: () => string },
  ) => Posted;
  /** Throws a `Problem` if it cannot be: 404, 409, 422. */
  readonly admit: (admission: Admission) => Promise<Admitted>;
}

/** Adds an entrance. */
export type AddEntrance = <P extends TObject, B extends TObject>(entrance: Entrance<P, B>) => void;
