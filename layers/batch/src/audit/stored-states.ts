/** The states that a table of a keyed view holds, as the measures' folds have them. */
import { type PartitionId, partitionOf, topicOf } from '@rushes/domain';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import { decodeState, keyColumns, type KeyedView } from '@rushes/views';

/** Keys of one partition's movies with their states, in the order of keys. The table has to be defined under its name. */
export const storedStates = async function* (
  engine: BatchEngine,
  view: KeyedView,
  table: Pick<TableRecord, 'name' | 'rows'>,
  partition: PartitionId,
  signal: AbortSignal,
): AsyncGenerator<readonly [key: string, state: unknown]> {
  if (table.rows === 0) return;
  const state = Object.keys(view.measures)
    .map((name) => `'${name}': "${name}"`)
    .join(', ');
  const key = view.bucketMs === undefined ? 'movie_id' : `movie_id || '|' || bucket_ms`;
  const select = `SELECT CAST(to_json([movie_id, ${key}, CAST(to_json({${state}}) AS VARCHAR)]) AS VARCHAR) FROM ${table.name} ORDER BY ${keyColumns(view).join(', ')}`;
  for await (const texts of engine.streamText(select, signal))
    for (const text of texts) {
      const [movieId, name, json] = JSON.parse(text) as [string, string, string]; // as: the columns selected
      if (partitionOf(topicOf(partition), movieId) === partition) yield [name, decodeState(view, json)];
    }
};
