import { RunSuperseded } from '@rushes/batch';
import { type LeaseState, type RunLease, StoreFault, StoreUnavailable } from '@rushes/ports';
import { createLogger, silentLogger } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { holdLease } from './hold-lease.ts';

const away = new StoreUnavailable({ location: 'the lease', reason: 'is out of reach' });
const forbidden = new StoreFault({ location: 'the lease', reason: 'is out of reach: may not get leases' });

/** A lease whose calls come to these one after another; the last of them stands. */
const leaseOf = (takes: readonly (LeaseState | Error)[], renewals: readonly (boolean | Error)[] = [true]) => {
  const calls: string[] = [];
  const next = <Result>(name: string, results: readonly (Result | Error)[]): Promise<Result> => {
    const at = calls.filter((call) => call === name).length;
    calls.push(name);
    const result = results[Math.min(at, results.length - 1)];
    return result instanceof Error || result === undefined ? Promise.reject(result ?? new Error('none')) : Promise.resolve(result);
  };
  const lease: RunLease = {
    take: () => next('take', takes),
    renew: () => next('renew', renewals),
    async release() {
      calls.push('release');
    },
  };
  return { lease, calls };
};
const options = () => ({ logger: silentLogger, signal: new AbortController().signal, everyMs: 1 });

test('it waits for whoever has it, tells each once, renews what it has and gives it back', async () => {
  const other = { held: false, holder: 'other' } as const;
  const { lease, calls } = leaseOf([other, other, away, { held: false, holder: 'third' }, { held: true }]);
  const waited: string[] = [];
  const held = await holdLease(lease, { ...options(), onWait: (holder) => waited.push(holder) });
  expect(waited).toEqual(['other', 'third']);
  await expect.poll(() => calls).toContain('renew');
  await held.release();
  expect(calls.at(-1)).toBe('release');
  expect(held.lost.aborted).toBe(false);
});

test('a run that has lost it ends as superseded, and gives nothing back', async () => {
  const { lease, calls } = leaseOf([{ held: true }], [true, away, false]);
  const held = await holdLease(lease, options());
  await expect.poll(() => held.lost.reason).toBeInstanceOf(RunSuperseded);
  await held.release();
  expect(calls).not.toContain('release');
});

test.each([
  ['one that is forbidden', [forbidden], 1],
  ['one that stays away', [away], 3],
] as const)('%s is done without, which is logged once', async (_, takes, tries) => {
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', format: 'json', terminal: { interactive: false } as never },
    { write: (line) => lines.push(line) },
  );
  const { lease, calls } = leaseOf(takes);
  const held = await holdLease(lease, { ...options(), logger });
  await held.release();
  expect(calls).toEqual(Array.from({ length: tries }, () => 'take'));
  expect(lines).toEqual([expect.stringContaining('the run goes on without')]);
});

test('the wait ends with the process', async () => {
  const ending = new AbortController();
  const { lease } = leaseOf([{ held: false, holder: 'other' }]);
  const waiting = holdLease(lease, { ...options(), signal: ending.signal, onWait: () => ending.abort() });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
