import { auditStores, type AuditReport, isSameBounds, moveSystem, type MoveReport } from '@rushes/batch';
import { putMoved, readMoved, removeMoved } from '@rushes/ports';
import { EXIT_CODES, formatAmount, formatDuration, TerminalError, UsageError } from '@rushes/runtime';
import { openCursors } from '@rushes/speed';
import { MOVED_KNOWN_MS, openMoveTarget, openStoresAt, openStoresToMove, openWhereMoved, requireApart } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { requireRoom } from '../backup-folders.ts';
import { describeAudit } from '../audit-lines.ts';
import { addCommand, done, type Invocation } from '../cli.ts';
import { cursorFolder } from '../folders.ts';
import { type PlaceOfSystem, placeOf } from '../places.ts';

interface CopyFlags {
  readonly from: string;
  readonly to?: string;
  readonly takeBack?: true;
  readonly keep?: true;
}

/** How far replays are: offsets are the same in both systems. Returns how many. */
const copyCursors = async (from: PlaceOfSystem, to: PlaceOfSystem): Promise<number> => {
  const source = await openCursors(cursorFolder(from.at.dataFolder));
  const target = await openCursors(cursorFolder(to.at.dataFolder));
  const cursors = await source.list();
  for (const cursor of cursors) await target.write(cursor);
  return cursors.length;
};

interface CopyReport extends MoveReport {
  readonly replays: number;
  readonly audit: AuditReport | null;
}

const describe = ({ to, objects, views, keys, log, verified, closed_ms, replays, audit }: CopyReport, isKept: boolean): string => {
  const lines = [
    `All is in ${to}: ${formatAmount(verified.objects.objects, 'objects')} (${formatAmount(verified.objects.bytes, 'bytes')}), ${formatAmount(verified.views.publications, 'publications')} with ${formatAmount(verified.views.rows, 'rows')} of views, ${formatAmount(verified.records, 'records')} of the log, ${formatAmount(replays, 'replays')}; all was read again and is the same.`,
    `This call copied ${formatAmount(objects.bytes, 'bytes')} of objects, ${formatAmount(views.rows, 'rows')}, ${formatAmount(log.records, 'offsets')} of the log and ${formatAmount(keys, 'API keys')}${isKept ? '' : `; no events were taken for ${formatDuration(closed_ms)}`}.`,
    `The log there is ${log.id}, in the place of ${log.before}, in the same offsets.`,
  ];
  if (audit !== null) lines.push(`Audit there: ${describeAudit(audit)}`);
  if (isKept) lines.push('The old system goes on. What it takes from now on is not in the copy, which is a system of its own.');
  else
    lines.push(
      'The old system takes no events any more. Keep it until the new one has proven itself; back to it: `rushes copy --take-back`.',
    );
  return lines.join('\n');
};

const warnOf =
  ({ logger }: Invocation) =>
  ({
    kind,
    location,
    message,
    hint,
  }: {
    readonly kind: string;
    readonly location: string;
    readonly message: string;
    readonly hint: string;
  }): void =>
    logger.warn({ store: kind, location }, `${message}. ${hint}`);

const copy = async (invocation: Invocation, from: PlaceOfSystem, to: PlaceOfSystem, keepsSource: boolean): Promise<CopyReport> => {
  const { config, logger, progress, lifecycle } = invocation;
  const { signal } = lifecycle;
  requireApart(from.at, to.at);
  const source = await openStoresToMove(from.at, warnOf(invocation));
  try {
    const target = await openMoveTarget(to.at, warnOf(invocation));
    let report: MoveReport;
    try {
      const { beginner, open } = target.log;
      report = await moveSystem(
        { ...source, name: from.name },
        {
          name: to.name,
          objects: target.objects,
          views: target.views,
          keys: target.keys,
          log: { state: beginner.state, begin: beginner.begin, open: () => open() },
        },
        {
          scratchFolder: target.scratchFolder,
          settleMs: MOVED_KNOWN_MS,
          keepsSource,
          requireRoom: async (bytes) => {
            for (const folder of target.localFolders) await requireRoom(folder, bytes, 'the copy');
          },
        },
        { logger, progress, signal, now: () => new Date() },
      );
    } finally {
      await target.close();
    }
    const replays = await copyCursors(from, to);
    const stores = await openStoresAt(to.at, { onWarning: warnOf(invocation) });
    try {
      const { memoryLimitMb, threads } = config.batch;
      const audit = await auditStores(stores, { workFolder: stores.scratchFolder, memoryLimitMb, threads }, { logger, progress, signal });
      return { ...report, replays, audit: audit ?? null };
    } finally {
      await stores.close();
    }
  } finally {
    await source.close();
  }
};

/** @returns what the mark said; `undefined`: there was none. @throws if the new system has taken events. */
const takeBack = async (invocation: Invocation, from: PlaceOfSystem): Promise<string | undefined> => {
  const source = await openStoresToMove(from.at, warnOf(invocation));
  try {
    const moved = await readMoved(source.objects);
    if (moved === undefined) return undefined;
    if (moved.log !== null) {
      const to = await placeOf(moved.to, '--to', true);
      const there = await openWhereMoved(to.at);
      try {
        const isIt = there?.log.id === moved.log;
        if (isIt && !isSameBounds(await there.log.bounds(), await source.log.bounds()))
          throw new TerminalError(`${moved.to} has taken events since: going on here would lose them`, {
            hint: `Copy it to a new place: rushes copy --from ${moved.to} --to FOLDER`,
          });
        // Only one of the two may take events.
        if (isIt) await putMoved(there.objects, { to: from.name, log: source.log.id, at: new Date().toISOString() });
      } finally {
        await there?.close();
      }
    }
    await removeMoved(source.objects);
    return moved.to;
  } finally {
    await source.close();
  }
};

export const addCopy = (program: Command): Command =>
  addCommand<CopyFlags>(program, 'copy', {
    summary: 'move a system to other stores: from a data folder to servers, and back',
    description:
      'Copies everything from one system to another: the lake, the batch views with all versions, API keys, the log in its offsets and times, how far replays are. A system is a data folder, or a configuration file that says where its stores are; the file counts by itself, without RUSHES_ variables. The old system goes on until all but the end of the log is copied. Then it takes no events any more, the rest is copied, all is read again on both sides and compared, and the new system is audited. Broken off, the same command goes on. The old system stays as it was; --take-back lets it go on if the new one has taken no events. With --keep nothing of this happens to the old system.',
    settings: ['batch.memoryLimitMb', 'batch.threads'],
    options: [
      new Option('--from <FOLDER|FILE>', 'the system that is copied').makeOptionMandatory(),
      new Option('--to <FOLDER|FILE>', 'where to: stores where nothing is'),
      new Option('--keep', 'the old system goes on: a copy of a moment, as a backup or to try things on'),
      new Option('--take-back', 'let the system that --from names go on, which has moved'),
    ],
    examples: [
      ['copy --from data --to servers.json', 'from one machine to servers'],
      ['copy --from servers.json --to data2', 'and back'],
      [
        'copy --keep --from servers.json --to backups/today',
        'a backup of a system on servers, while it runs; back from it: copy --from backups/today',
      ],
      ['copy --take-back --from data', 'the old system goes on after all'],
    ],
    narrates: true,
    run: async (invocation, { from: source, to: target, takeBack: isBack = false, keep = false }) => {
      const { output } = invocation;
      const from = await placeOf(source, '--from');
      if (isBack) {
        if (target !== undefined) throw new UsageError('--take-back has no --to', { hint: 'Give one of the two.' });
        const was = await takeBack(invocation, from);
        output.result({ from: from.name, was: was ?? null }, () =>
          was === undefined
            ? `${from.name} has not moved: nothing to do.`
            : `${from.name} takes events again; what is in ${was} takes none.`,
        );
        return done;
      }
      if (target === undefined) throw new UsageError('it is not said where to', { hint: 'Give --to FOLDER, or --to FILE.' });
      const report = await copy(invocation, from, await placeOf(target, '--to', true), keep);
      output.result(report, () => describe(report, keep));
      const { audit } = report;
      return audit !== null && audit.differences + audit.damages.length > 0 ? EXIT_CODES.different : done;
    },
  });
