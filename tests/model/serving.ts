/**
 * Serving: builds an overlay for the current publication, follows the change records, and pins (publication, overlay) only where both fit.
 */
import { readChain } from './chain.ts';
import { rowKeyOf } from './generations.ts';
import { follow, isSettled, withStates } from './overlay.ts';
import { gapsOf } from './gaps.ts';
import { readCoverage, scanRows } from './store.ts';
import { VIEWS } from './views.ts';
import { type Build, currentPublication, type World } from './world.ts';

/** Loses everything in memory. */
export const restartServing = ({ serving }: World, clock: number): void => {
  serving.clock = clock;
  serving.shown = undefined;
  serving.working = undefined;
  serving.build = undefined;
  serving.publication = undefined;
};

const beginBuild = (world: World): void => {
  const publication = currentPublication(world);
  world.serving.build = { publication, ...readChain(world, publication), connection: world.store.incarnation, scanned: 0 };
};

/** Next step of the build: the rows of one view; at last the change records, and the switch. */
export const stepServing = (world: World): void => {
  const { serving } = world;
  const { build } = serving;
  if (build === undefined) {
    refresh(world);
    return;
  }
  const lost = build.connection !== world.store.incarnation && world.rules.readAnewAfterReconnect;
  // A build that waits for a position may wait for ever; the next version does not need it.
  if (lost || build.publication !== currentPublication(world)) {
    beginBuild(world);
    return;
  }
  const view = VIEWS[build.scanned];
  if (view === undefined) {
    finishBuild(world, build);
    return;
  }
  const rows = build.projections.flatMap((projection) => {
    const { partition, epoch } = projection;
    return scanRows(world.store, view, rowKeyOf(world.rules, projection), world.now).map((row) => ({ ...row, partition, epoch, view }));
  });
  serving.build = { ...build, overlay: withStates(build.overlay, rows), scanned: build.scanned + 1 };
};

const finishBuild = (world: World, build: Build): void => {
  const { serving, rules, store, now } = world;
  const expired = build.projections.some((one) => (readCoverage(store, one)?.expires ?? 0) <= now + serving.clock);
  const before = rules.followFromBeforeScan ? build.overlay : { ...build.overlay, ...positionsNow(world, build) };
  const overlay = follow(before, store, now, { skipHoles: !rules.noHoles });
  if (overlay === 'hole' || (expired && rules.checkAfterReading && rules.checkCoverage)) {
    serving.build = undefined;
    return;
  }
  serving.build = { ...build, overlay };
  if (!isExact(world, overlay)) return;
  serving.build = undefined;
  const complete = gapsOf(world, build.publication, overlay).length === 0;
  // A rollback waits until its epochs have been projected again.
  if (!complete && rules.switchWaits && isComplete(world)) return;
  serving.publication = build.publication;
  serving.shown = overlay;
  serving.working = overlay;
};

const isExact = (world: World, overlay: Parameters<typeof isSettled>[0]): boolean =>
  isSettled(overlay) || !world.rules.waitUntilPassed || world.variants.changeRecordFirst;

const positionsNow = (world: World, build: Build): Pick<Build['overlay'], 'position' | 'spans'> => {
  const { position, spans } = readChain(world, build.publication).overlay;
  return { position, spans };
};

const isComplete = (world: World): boolean => {
  const { publication, shown } = world.serving;
  return publication !== undefined && shown !== undefined && gapsOf(world, publication, shown).length === 0;
};

/** Looks for a newer publication; if the overlay at hand fits it, pins it, else builds one that does. */
export const refresh = (world: World): void => {
  const { serving } = world;
  const current = currentPublication(world);
  if (serving.build !== undefined) return;
  if (serving.shown === undefined || serving.publication === undefined) {
    beginBuild(world);
    return;
  }
  const fits = !world.rules.switchWaits || gapsOf(world, current, serving.shown).length === 0;
  if (fits) serving.publication = current;
  else beginBuild(world);
};

/** Applies the change records that there are. */
export const followChanges = (world: World): void => {
  const { serving, store, now, rules } = world;
  if (serving.working === undefined) return;
  const followed = follow(serving.working, store, now, { skipHoles: !rules.noHoles });
  if (followed === 'hole') {
    if (serving.build === undefined) beginBuild(world);
    return;
  }
  serving.working = followed;
  if (isExact(world, followed)) serving.shown = followed;
};
