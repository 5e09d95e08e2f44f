/** Which generation a row and a position belong to: their own, unless the rules about generations are left out. */
import type { Rules } from './rules.ts';
import type { Projection } from './store.ts';

export const rowKeyOf = (rules: Rules, { partition, epoch, generation }: Projection): Projection => ({
  partition,
  epoch,
  generation: rules.newGeneration ? generation : 0,
});

export const positionKeyOf = (rules: Rules, { partition, epoch, generation }: Projection): Projection => ({
  partition,
  epoch,
  generation: rules.positionPerGeneration ? generation : 0,
});
