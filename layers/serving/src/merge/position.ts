/** A position in the log as a short text: the offsets of all partitions in their fixed order, joined by dots. Pure. */
import { offsetAt, type OffsetVector, PARTITIONS } from '@rushes/domain';

export const positionText = (position: OffsetVector): string => PARTITIONS.map((partition) => offsetAt(position, partition)).join('.');

export const POSITION_PATTERN = `^[0-9]{1,15}(\\.[0-9]{1,15}){${PARTITIONS.length - 1}}$`;

const POSITION = new RegExp(POSITION_PATTERN);

/** `undefined` if the text is no position. */
export const parsePosition = (text: string): OffsetVector | undefined =>
  POSITION.test(text) ? Object.fromEntries(text.split('.').map((offset, at) => [PARTITIONS[at] ?? '', Number(offset)])) : undefined;

/** Whether everything before `wanted` is before `position` too. */
export const reaches = (position: OffsetVector, wanted: OffsetVector): boolean =>
  PARTITIONS.every((partition) => offsetAt(position, partition) >= offsetAt(wanted, partition));
