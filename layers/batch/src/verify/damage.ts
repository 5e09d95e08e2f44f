/** Something stored that is not what was stored, in words for whoever has to do something about it. */
import type { FileFault } from '@rushes/lake';

export interface Damage {
  readonly store: 'lake' | 'views' | 'log' | 'speed';
  /** Key, artefact or file. */
  readonly name: string;
  readonly fault: FileFault;
  /** What is in it. */
  readonly holds: string;
  readonly way_out: string;
}

const RUN = 'The next batch run makes it anew.';

/** What lies under a prefix of the lake. The first that fits counts. */
const KINDS: readonly (readonly [prefix: string, holds: string, wayOut: string])[] = [
  ['bronze/log/', "a record of the log's archive", 'Restore it from a backup: it cannot be made anew.'],
  [
    'bronze/',
    "lines of IMDb's files",
    "The next batch run loads it again, if IMDb's file is still the same; if not, it loads the new one.",
  ],
  ['silver/', 'rows of silver', RUN],
  ['keyed/', 'states of keyed views', RUN],
  ['ledger/', 'rows of a ledger', RUN],
  ['gold/', 'rows of gold', RUN],
  ['views/', 'rows of views', RUN],
  ['derivations/', 'the record of a table', RUN],
  ['iceberg/', 'metadata of an Iceberg table', 'Delete it: the next batch run, or `rushes batch iceberg`, writes it anew.'],
  ['manifests/', "a version's manifest", 'Restore it from a backup, or delete it and run again.'],
];

/** @param isNeeded whether the published version names it. */
export const lakeDamage = (key: string, fault: FileFault, isNeeded: boolean): Damage => {
  const [, holds, wayOut] = KINDS.find(([prefix]) => key.startsWith(prefix)) ?? [
    '',
    'a record of a run',
    'Delete it, or restore it from a backup.',
  ];
  const spare = wayOut === RUN && !isNeeded;
  return {
    store: 'lake',
    name: key,
    fault,
    holds: spare ? `${holds} that the published version does not need` : holds,
    way_out: spare ? 'Whatever run needs it makes it anew.' : wayOut,
  };
};

export const artefactDamage = (artefact: string, fault: FileFault, isServed: boolean): Damage => ({
  store: 'views',
  name: artefact,
  fault,
  holds: isServed ? 'a view of the published version' : 'a view of an earlier version',
  way_out: isServed ? 'The next batch run builds it anew.' : 'That version cannot be rolled back to; a run that needs it builds it anew.',
});
