/** A newest version that this service cannot read, as while the code is upgraded: the one before goes on being served, with all events, and says so. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openOverlayCase, type OverlayCase, rated, recomputed, reviewed } from './overlay-case.ts';
import { readAll } from './read-merged.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
  await on.publish(0, {});
  on.history.give(rated(1, 2), rated(2, 9), reviewed(1, 'A good film.'));
  await on.projectAll();
});
afterEach(() => on.close());

/** Version 1 covers all events so far; one of its views is gone. */
const publishUnreadable = async (view: string): Promise<void> => {
  const cut = on.history.barrier(1);
  const { views } = await on.publish(1, cut);
  await on.views.dropArtefact(views[view]?.artefact ?? '');
};

test.each(['titles', 'people'])('a service goes on with what comes after it; without its %s', async (view) => {
  const replica = on.follow();
  await replica.poll();
  await publishUnreadable(view);
  await replica.poll();
  on.history.give(rated(1, 8));
  await on.projectAll();
  await replica.poll();
  const { publication, overlay } = replica.require();
  expect([publication.version, replica.newest()?.version]).toEqual([0, 1]);
  expect(overlay?.position).toEqual(on.history.end());
  expect(await readAll(replica.require())).toEqual(await recomputed(on));
});

test.each(['titles', 'people'])(
  'one that begins now answers from the version before, exactly, and is stale; without its %s',
  async (view) => {
    await publishUnreadable(view);
    on.history.give(rated(1, 8));
    await on.projectAll();
    const replica = on.follow();
    await replica.poll();
    expect([replica.require().publication.version, replica.require().completeness]).toEqual([0, 'stale']);
    expect(await readAll(replica.require())).toEqual(await recomputed(on));
  },
);
