/** Before stores are opened: everything that is wrong with the servers behind them, told at once. */
import { StoreFault, type StoreFinding, StoreUnavailable } from '@rushes/ports';
import { explainError, TerminalError } from '@rushes/runtime';

import type { FoundStore } from './found-store.ts';
import type { StoreKind } from './locations.ts';

export interface ServerFinding extends StoreFinding {
  readonly kind: StoreKind;
  readonly location: string;
}

const SEE_LOG = 'See the message, and what the server itself says of it.';

/** An error of a store as a finding. Stores say in their own words what their clients said, so these are not told again. */
export const findingOf = (error: unknown): StoreFinding => {
  if (error instanceof StoreFault || error instanceof StoreUnavailable)
    return { level: 'fault', message: error.message, hint: error.hint ?? SEE_LOG };
  const { message, hint } = explainError(error);
  return { level: 'fault', message, hint: hint ?? SEE_LOG };
};

type Found = Readonly<Partial<Record<StoreKind, Pick<FoundStore<unknown>, 'location' | 'check'>>>>;

const lineOf = ({ kind, message, hint }: ServerFinding): string => `  stores.${kind}: ${message}. ${hint}`;

/**
 * Asks the servers of all these stores, side by side.
 * @returns what is worth a warning.
 * @throws TerminalError that names every fault of every server.
 */
export const checkServers = async (found: Found): Promise<readonly ServerFinding[]> => {
  // as: the keys of a record of kinds
  const entries = Object.entries(found) as unknown as readonly (readonly [StoreKind, NonNullable<Found[StoreKind]>])[];
  const findings = await Promise.all(
    entries.map(async ([kind, { location, check }]): Promise<readonly ServerFinding[]> => {
      if (check === undefined) return [];
      const told = await check().then(
        (checked) => checked.findings,
        (error: unknown) => [findingOf(error)],
      );
      return told.map((finding) => ({ kind, location, ...finding }));
    }),
  );
  const faults = findings.flat().filter(({ level }) => level === 'fault');
  if (faults.length > 0)
    throw new TerminalError(
      `${faults.length === 1 ? 'a store' : `${faults.length} things of stores`} cannot be used:\n${faults.map(lineOf).join('\n')}`,
      { hint: '`rushes doctor` shows the state of every store.' },
    );
  return findings.flat();
};
