/**
 * How many connections a process may take. Invariant: connections alone never use up the files that a process may have open, for stores, threads and
 * child processes need some as well.
 */

/** Files that everything but connections may need at once: views of several versions, log, threads, a batch run. */
const FILES_FOR_THE_REST = 256;

/** Where even these are not to be had, the rest gets this part of all. */
const PART_OF_THE_REST = 3 / 4;

/** As many connections as leave enough of `openFiles` for everything else: all but 256, or a quarter of few. */
export const connectionsWithin = (openFiles: number): number =>
  Math.max(1, openFiles - Math.min(FILES_FOR_THE_REST, Math.ceil(openFiles * PART_OF_THE_REST)));

/** The part of Node's report that is read. */
interface ReportView {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | 'unlimited' } };
}

/** How many files this process may have open; `Infinity` where the system sets no limit or does not tell it. */
export const openFileLimit = (): number => {
  // Node raises the soft limit to the hard one when it starts: what counts is the limit of now, which its report has.
  const { userLimits } = process.report.getReport() as ReportView; // as: Node types it as an object; its members are optional here
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' && soft > 0 ? soft : Number.POSITIVE_INFINITY;
};
