/**
 * Where events come from: a file today, a poll of a service as well. A source gives what happened in an order of its own and numbers it, so that a
 * replay that was cut off goes on behind the last number that is in the log. Nothing is left out: what cannot be an event is an item too.
 */
import type { MovieEvent } from '@rushes/domain';

interface SourceItemBase {
  /** Ascends within the source, from 1 on: the line of a file, the time of a poll. */
  readonly line: number;
  /** As the source gave it. */
  readonly text: string;
}

export interface SourceEvent extends SourceItemBase {
  /** As the source says; it is judged before it enters the log. */
  readonly event: MovieEvent;
  /** Unique to what happened, the same whenever and from wherever it is read again. */
  readonly id: string;
  /** What the same item says besides. All of it enters the log, or nothing. */
  readonly further?: readonly { readonly event: MovieEvent; readonly id: string }[];
  /** The id is the source's own, not its number: it may come again. */
  readonly hasOwnId: boolean;
  /** Event time; not a number where the source gives none that can be read. */
  readonly atMs: number;
}

export interface SourceFault extends SourceItemBase {
  readonly fault: string;
}

export type SourceItem = SourceEvent | SourceFault;

export interface Source {
  /** What ids derive from: {@link SOURCE_NAME}. Two sources of one name are one. */
  readonly name: string;
  /** File or address, for people. */
  readonly location: string;
  /** Whether items may have ids of the source's own: then earlier ones are looked through for them. */
  readonly hasOwnIds: boolean;
  /** Items with a number above `line`, in their order. Read no faster than they are asked for. */
  items(line: number): AsyncIterable<SourceItem>;
  /** How much of the source was read and how much there is, in any unit; `undefined` where that cannot be said. */
  progress(): { readonly read: number; readonly total: number } | undefined;
}

/** A source's name is part of ids and the name of a file. */
export const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The id of what happened, from the number that the source gave it, or from the source's own id of it. */
export const itemId = (source: string, line: number, ownId: string | undefined): string =>
  ownId === undefined ? `${source}:${line}` : `${source}/${ownId}`;

export const isIdOf = (source: string, id: string): boolean => id.startsWith(`${source}:`) || id.startsWith(`${source}/`);
