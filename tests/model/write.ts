/** The writes of a writer, as the store does them. */
import { WINDOW } from './duplicates.ts';
import { positionKeyOf } from './generations.ts';
import { writeChange, writeCoverage, writePosition, writeRow } from './store.ts';
import type { World, Write } from './world.ts';

export const perform = (world: World, write: Write): void => {
  const { store, now, rules, variants } = world;
  switch (write.kind) {
    case 'row': {
      const expires = (rules.fullTtl ? now : write.appended) + WINDOW;
      writeRow(store, write.row, write.stated, { timestamp: write.timestamp, expires, cells: variants.cellByCell ? 'many' : 'one' });
      return;
    }
    case 'change':
      writeChange(store, { ...write.change, expires: now + WINDOW });
      return;
    case 'position':
      writePosition(
        store,
        { ...write.position, ...positionKeyOf(rules, write.position) },
        !rules.positionPerGeneration || variants.positionsGoBack,
      );
      return;
    case 'coverage':
      writeCoverage(store, write.coverage);
  }
};
