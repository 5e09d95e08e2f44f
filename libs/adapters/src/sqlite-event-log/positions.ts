/** A record's partition and offset as one number that grows with the offset: `partition * 2^40 + offset`. */
const OFFSETS = 2 ** 40;

export const positionOf = (partition: number, offset: number): number => partition * OFFSETS + Math.min(offset, OFFSETS - 1);

export const offsetOf = (position: number): number => position % OFFSETS;

/** The position behind the last one of a partition. */
export const endOf = (partition: number): number => (partition + 1) * OFFSETS;
