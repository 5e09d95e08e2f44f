/** A route that answers from views: what it is called, what it takes, and how it answers. The rest is `data-route.ts`'s. */
import type { TObject, TSchema } from 'typebox';

import type { Column, TableRow } from '../formats/column.ts';
import type { Dependency } from '../merge/about.ts';
import type { Answer } from '../answers/envelope.ts';
import type { CrossCheck, NormalForm, ReadRequest } from '../http/request-reader.ts';
import type { Snapshot } from '../merge/snapshot.ts';

/** A list as a table: what it is called, and all of its rows, whatever page of it JSON would show. */
export interface RouteTable<P extends TObject, Q extends TObject> {
  /** Of files, and of the command that exports it. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** Throws before its first page what `answer` would throw. Pages hold a value for each column. */
  readonly pages: (snapshot: Snapshot, request: ReadRequest<P, Q>) => AsyncGenerator<readonly TableRow[]>;
}

export interface DataRoute<P extends TObject, Q extends TObject> {
  /** Fastify's pattern: `/movies/:id`. */
  readonly url: string;
  /** Name of the operation in the API's description. */
  readonly operation: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly params: P;
  readonly query: Q;
  readonly check?: CrossCheck<Q>;
  readonly normalForm?: NormalForm<Q>;
  /** Schema of the envelope's `data`. */
  readonly data: TSchema;
  /** Further problems that the answer may be, by status. */
  readonly problems?: Readonly<Record<number, string>>;
  /** The envelope has `next`, and `total` where asked for. */
  readonly paged?: boolean;
  /** What else the envelope may have, by name. */
  readonly extra?: Readonly<Record<string, TSchema>>;
  /** Every answer takes as long as counting a list. */
  readonly isLong?: boolean;
  /** Answers are of events alone: no version has any, so `batch_version` is no parameter. */
  readonly isLive?: boolean;
  /** What of the merged data the answer is made from; without it, of the batch layer's alone. */
  readonly dependsOn?: (request: ReadRequest<P, Q>) => Dependency;
  /** The list in other formats than JSON. */
  readonly table?: RouteTable<P, Q>;
  /** Throws a `Problem` for what the data say no to (404). */
  readonly answer: (snapshot: Snapshot, request: ReadRequest<P, Q>) => Promise<Answer>;
}

/** Adds a route. */
export type AddDataRoute = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>) => void;
