/** Headers that say where an answer stands. */
import { positionText } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';

/** A 404 says so too, and a 400 for a genre that no title has: what is unknown there may be known later, or be missing. */
export const statedBy = ({ publication, completeness, position }: Snapshot): Readonly<Record<string, string>> => ({
  'rushes-batch-version': String(publication.version),
  'rushes-completeness': completeness,
  ...(position === undefined ? {} : { 'rushes-position': positionText(position) }),
});
