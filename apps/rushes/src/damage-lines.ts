import type { Damage } from '@rushes/batch';

/** What is damaged, and the way out of each, for people. */
export const damageLines = (damages: readonly Damage[]): readonly string[] =>
  damages.flatMap(({ store, name, fault, holds, way_out }) => [
    `${fault === 'missing' ? 'Gone' : 'Damaged'}: ${store === 'lake' || store === 'views' ? `${store}/` : ''}${name} (${holds})`,
    `  ${way_out}`,
  ]);
