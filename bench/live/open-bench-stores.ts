/** Stores of a data folder that is measured. A file in it may place some of them on servers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { locationsIn, openStoresAt, type StoreLocations, type Stores } from '@rushes/stores';

/** What of the folder's stores lies on servers, and what their URLs do not say. */
export interface ServerPlaces {
  readonly urls: Partial<StoreLocations['urls']>;
  readonly servers: StoreLocations['servers'];
}

const fileIn = (data: string): string => join(data, 'places.json');

export const placeStores = (data: string, places: ServerPlaces): Promise<void> => writeFile(fileIn(data), JSON.stringify(places));

export const openBenchStores = async (data: string): Promise<Stores> => {
  const text = await readFile(fileIn(data), 'utf8').catch(() => '{}');
  const { urls = {}, servers } = JSON.parse(text) as Partial<ServerPlaces>; // as: written above
  const embedded = locationsIn(data);
  return openStoresAt({ ...embedded, urls: { ...embedded.urls, ...urls }, ...(servers && { servers }) });
};
