import { StoreFault } from './store-errors.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/**
 * Refuses what a later release wrote in a form that this one does not know. It is not damaged: made anew or put aside it would be lost for the release that
 * can read it.
 * @param known the highest format that is read here.
 * @throws StoreFault
 */
export const refuseNewerFormat = (value: unknown, known: number, location: string): void => {
  const format = isRecord(value) ? value['format'] : undefined;
  if (typeof format === 'number' && format > known)
    throw new StoreFault({
      location,
      reason: `has format ${format}, which a newer release of Rushes wrote: this one reads up to ${known}`,
      hint: 'Start the newer release, or go back to a backup from before the upgrade (docs/upgrade.md).',
    });
};
