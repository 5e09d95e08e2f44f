/** The parameter of answers that trends are in: the moment that they are asked about. */
import { Type } from 'typebox';

import { instantFault, isWritable } from '../answers/instant.ts';
import { trendSpan, type TrendWindow } from '../answers/trend-windows.ts';
import type { Fault } from '../http/problem.ts';

export const asOfParameter = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

/** All that is read has to have a name of the calendar. */
export const faultsOfAsOf = (asOf: string | undefined, window: TrendWindow | undefined): readonly Fault[] => {
  if (asOf === undefined || window === undefined) return [];
  const fault = instantFault(asOf);
  if (fault !== undefined) return [{ in: 'query', name: 'as_of', detail: fault }];
  const { firstMs, endMs } = trendSpan(window, Date.parse(asOf));
  return isWritable(firstMs) && isWritable(endMs)
    ? []
    : [{ in: 'query', name: 'as_of', detail: 'must be such that its window and the two before it lie in the years 1 to 9999' }];
};
