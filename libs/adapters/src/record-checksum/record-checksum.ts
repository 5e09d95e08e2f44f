import { crc32 } from 'node:zlib';

/**
 * CRC-32 of a record's values, stored beside them: a record that was changed by anything but its store, a bit that flipped on the disk say, is noticed
 * when it is read. It guards against accidents (one of 4 thousand million goes unseen), not against somebody who means harm. Texts are told from numbers,
 * and where one value ends and the next begins is part of what is summed.
 */
export const recordChecksum = (values: readonly (string | number | null)[]): number => crc32(JSON.stringify(values));
