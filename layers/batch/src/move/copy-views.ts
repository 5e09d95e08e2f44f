/** Artefacts and publications of one store of batch views in another, whatever the two are made of: rows are read by the port and built by the port. */
import { createHash } from 'node:crypto';

import type { ArtefactLayout, ArtefactReader, ArtefactRow, BatchViewStore, Publication } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';

export interface ViewsToCopy {
  /** Whether the source goes on meanwhile: what it publishes or drops then is not looked for. */
  readonly isLive: boolean;
  readonly from: BatchViewStore;
  readonly to: BatchViewStore;
  readonly signal: AbortSignal;
}

const ROWS_AT_ONCE = 1_000;
/** More than any store has. */
const ALL = 1_000_000;

/** All rows in the order of their keys, of which no two are equal. */
const rowsOf = async function* (reader: ArtefactReader, signal: AbortSignal): AsyncGenerator<readonly ArtefactRow[]> {
  const { columns, documents }: ArtefactLayout = reader.layout;
  const select = { columns: Object.keys(columns), documents: [...documents] };
  for (let after: { readonly values: readonly []; readonly key: string } | undefined; ;) {
    const rows = await reader.list({ ...select, where: [], sort: [], limit: ROWS_AT_ONCE, ...(after && { after }) }, { signal });
    if (rows.length > 0) yield rows.map((row): ArtefactRow => [row.key, ...row.columns, ...row.documents]);
    const last = rows.at(-1);
    if (rows.length < ROWS_AT_ONCE || last === undefined) return;
    after = { values: [], key: last.key };
  }
};

/** What all rows of an artefact come to; equal for equal rows in any two stores. */
const digestOf = async (store: BatchViewStore, artefact: string, signal: AbortSignal, onRows: (rows: number) => void): Promise<string> => {
  const reader = await store.open(artefact);
  try {
    const hash = createHash('sha256');
    for await (const rows of rowsOf(reader, signal)) {
      for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
      onRows(rows.length);
    }
    return hash.digest('hex');
  } finally {
    await reader.close();
  }
};

/** The oldest first. */
const publicationsOf = async (store: BatchViewStore): Promise<readonly Publication[]> => (await store.listPublications(ALL)).toReversed();

interface KeptArtefact {
  readonly artefact: string;
  readonly rows: number;
}

/** Artefacts that a publication names and that are still kept, each once. */
const keptArtefacts = async (store: BatchViewStore, publications: readonly Publication[]): Promise<readonly KeptArtefact[]> => {
  const kept = new Set(await store.listArtefacts());
  const named = new Map(publications.flatMap(({ views }) => Object.values(views).map((view) => [view.artefact, view] as const)));
  return [...named.values()].filter(({ artefact }) => kept.has(artefact));
};

const inOrder = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, member]) => [name, inOrder(member)]),
      )
    : value;
const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));

/** @throws TerminalError if there are publications that the source does not have. */
export const checkViews = async ({ from, to }: ViewsToCopy): Promise<void> => {
  const own = new Map((await publicationsOf(from)).map((one) => [one.number, one]));
  for (const there of await publicationsOf(to))
    if (!isEqual(there, own.get(there.number)))
      throw new TerminalError(`${to.location} has a publication ${there.number} that is not one of ${from.location}`, {
        hint: "Another system's batch views are there, or this one went on there: name a place where nothing is.",
      });
};

export const countRows = async ({ from }: Pick<ViewsToCopy, 'from'>): Promise<number> =>
  (await keptArtefacts(from, await publicationsOf(from))).reduce((sum, { rows }) => sum + rows, 0);

export interface CopiedViews {
  readonly publications: number;
  readonly artefacts: number;
  readonly rows: number;
}

/** @param publish whether publications are inserted too, when all artefacts are there. */
export const copyViews = async (
  { from, to, signal }: ViewsToCopy,
  publish: boolean,
  onRows: (rows: number) => void,
): Promise<CopiedViews> => {
  const publications = await publicationsOf(from);
  let [artefacts, copied] = [0, 0];
  for (const { artefact, rows } of await keptArtefacts(from, publications)) {
    signal.throwIfAborted();
    if ((await to.verify(artefact, { signal })) === 'sound') {
      onRows(rows);
      continue;
    }
    const reader = await from.open(artefact);
    try {
      const told = async function* (): AsyncGenerator<readonly ArtefactRow[]> {
        for await (const some of rowsOf(reader, signal)) {
          onRows(some.length);
          yield some;
        }
      };
      copied += await to.build(artefact, reader.layout, told(), { signal });
      artefacts += 1;
    } finally {
      await reader.close();
    }
  }
  if (!publish) return { publications: 0, artefacts, rows: copied };
  const there = new Set((await publicationsOf(to)).map(({ number }) => number));
  const missing = publications.filter(({ number }) => !there.has(number));
  for (const publication of missing)
    if (!(await to.insertPublication(publication)))
      throw new TerminalError(`publication ${publication.number} in ${to.location} was inserted by somebody else`, {
        hint: 'Stop what runs there, and give the command again.',
      });
  return { publications: missing.length, artefacts, rows: copied };
};

/** Compares publications, and all rows of all artefacts. @throws TerminalError */
export const verifyViews = async (copy: ViewsToCopy, onRows: (rows: number) => void): Promise<CopiedViews> => {
  const { from, to, signal } = copy;
  await checkViews(copy);
  const publications = await publicationsOf(to);
  if (!copy.isLive && (await publicationsOf(from)).length !== publications.length)
    throw new TerminalError(`${to.location} lacks publications of ${from.location}`, { hint: 'Give the command again.' });
  const kept = await keptArtefacts(from, publications);
  let rows = 0;
  for (const { artefact } of kept) {
    const [one, other] = await Promise.all([
      digestOf(from, artefact, signal, (count) => {
        rows += count;
        onRows(count);
      }),
      digestOf(to, artefact, signal, () => {}),
    ]);
    if (one !== other)
      throw new TerminalError(`the rows of ${artefact} in ${to.location} are not those in ${from.location}`, {
        hint: 'Run `rushes verify` on both, and give the command again.',
      });
  }
  return { publications: publications.length, artefacts: kept.length, rows };
};
