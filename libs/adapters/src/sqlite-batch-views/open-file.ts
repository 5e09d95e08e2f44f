import type { StatementSync } from 'node:sqlite';
import type { PhysicalLayout } from './physical-layout.ts';
import type { Facts } from './plan.ts';
import type { Statements } from './statements.ts';

/** What the statements of a list or a count are run with. */
export interface OpenFile {
  readonly physical: PhysicalLayout;
  readonly statements: Statements;
  readonly facts: Facts;
  /** `_pos` of the last row whose key is not behind `key`; 0 if there is none. */
  positionOf(key: string): number;
}

/** Rows come as arrays from the statements kept here; the declared type is the one of objects. */
export const cells = (row: ReturnType<StatementSync['get']>): readonly unknown[] | undefined => row as readonly unknown[] | undefined;
