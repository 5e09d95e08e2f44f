/**
 * What a store behind a network has, by listing it layer by layer: a run asks after hundreds of files, and a request for each would take longer than the run.
 * Each layer is listed once, when somebody first asks after one of its objects.
 */
import type { CallOptions, ObjectInfo, ObjectStore } from '@rushes/ports';

export interface ObjectIndex {
  /** `undefined` if the object was not there when its layer was listed. */
  find(key: string): Promise<ObjectInfo | undefined>;
  /** All objects of the layer that begins with `prefix`. */
  all(prefix: string): Promise<Iterable<ObjectInfo>>;
  /** Lists everything again, when somebody asks; all but what begins with `spared`. */
  forget(spared?: string): void;
}

/** `silver/`, `gold/` and so on; of bronze, which is kept for ever, `bronze/log` and the data sets of titles and of names apart. */
const LAYER = /^(?:bronze\/[^/.]+|[^/]+\/)/;

export const openObjectIndex = (objects: Pick<ObjectStore, 'list'>, options: CallOptions): ObjectIndex => {
  const layers = new Map<string, Promise<ReadonlyMap<string, ObjectInfo>>>();
  const listed = async (prefix: string): Promise<ReadonlyMap<string, ObjectInfo>> => {
    const found = new Map<string, ObjectInfo>();
    for await (const info of objects.list(prefix, options)) found.set(info.key, info);
    return found;
  };
  const layerOf = (key: string): Promise<ReadonlyMap<string, ObjectInfo>> => {
    const prefix = LAYER.exec(key)?.[0] ?? key;
    let layer = layers.get(prefix);
    if (layer === undefined) {
      layer = listed(prefix);
      layers.set(prefix, layer);
      // What could not be listed is listed again by whoever asks next.
      layer.catch(() => layers.delete(prefix));
    }
    return layer;
  };
  return {
    find: async (key) => (await layerOf(key)).get(key),
    all: async (prefix) => (await layerOf(prefix)).values(),
    forget: (spared) => {
      for (const prefix of layers.keys()) if (prefix !== spared) layers.delete(prefix);
    },
  };
};
