/** Texts of one cell with a checksum of their own and of what the cell's key is. */
import { crc32 } from 'node:zlib';

type Values = readonly unknown[];

const checksum = (key: Values, json: string): number => crc32(json, crc32(JSON.stringify(key)));

/** @param key what the cell is found by. */
export const sealCell = (key: Values, values: Values): string => {
  const json = JSON.stringify(values);
  return `${checksum(key, json)} ${json}`;
};

/** What was sealed; `undefined`: the cell is not what was written under this key. */
export const unsealCell = (key: Values, text: string): Values | undefined => {
  const space = text.indexOf(' ');
  const json = text.slice(space + 1);
  if (space < 1 || Number(text.slice(0, space)) !== checksum(key, json)) return undefined;
  return JSON.parse(json) as Values; // as: its checksum says that `sealCell` made it
};
