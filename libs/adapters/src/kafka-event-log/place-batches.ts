/**
 * Batches of a log that is being begun, at the offsets that they are to have: each behind the one before, and nobody else writes. Invariant: a batch that was
 * stored anywhere else ends the beginning.
 */
import { createAPI, produceV11, Writer } from '@platformatic/kafka';
import type { LogPartition } from '@rushes/domain';
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import type { Link } from './link.ts';
import { hasMoved, OK, protocolFailure } from './protocol-codes.ts';
import { pause } from './waiting.ts';

const ALL_IN_STEP = -1;
const BROKER_SHARE = 0.8;
const PAUSE_MS = 100;

type Arguments = [timeoutMs: number, topic: string, index: number, batch: Buffer];

/** Produce with a batch that is there already, byte by byte: the client only makes its own. */
const placeApi = createAPI<Arguments, produceV11.ProduceResponse>(
  produceV11.api.key,
  produceV11.api.version,
  (timeoutMs, topic, index, batch) =>
    Writer.create()
      .appendString(null)
      .appendInt16(ALL_IN_STEP)
      .appendInt32(timeoutMs)
      .appendArray([batch], (topics, bytes) => {
        topics.appendString(topic).appendArray([bytes], (partitions) => {
          partitions
            .appendInt32(index)
            .appendUnsignedVarInt(bytes.length + 1)
            .append(bytes);
        });
      })
      .appendTaggedFields(),
  produceV11.parseResponse,
);

export interface Placer {
  /** Puts a batch at the end of a partition, which is `at`. @throws StoreFault if it is not. */
  place(partition: LogPartition, at: number, batch: Buffer): Promise<void>;
  close(): void;
}

export const openPlacer = (cluster: Cluster, timeoutMs: number, signal: AbortSignal): Placer => {
  const { location, topics } = cluster;
  const links = new Map<number, Link>();
  const linkTo = async (node: number): Promise<Link> => {
    const known = links.get(node);
    if (known?.isOpen() === true) return known;
    const link = await cluster.newLink(node, timeoutMs);
    links.set(node, link);
    await cluster.verify(link);
    return link;
  };
  /** Where it was stored; `undefined`: the partition was not led there, and nothing was. */
  const attempt = async (partition: LogPartition, batch: Buffer): Promise<number | undefined> => {
    const node = cluster.view().leaders.get(partition);
    if (node === undefined) return undefined;
    const { topic, index } = topics.placeOf(partition);
    const answer = await (await linkTo(node)).answer(placeApi, Math.floor(timeoutMs * BROKER_SHARE), topic, index, batch);
    const placed = answer.responses[0]?.partitionResponses[0];
    const { errorCode, baseOffset, errorMessage } = placed ?? { errorCode: -1, baseOffset: -1n, errorMessage: 'no answer' };
    if (errorCode === OK) return Number(baseOffset);
    if (hasMoved(errorCode)) return undefined;
    throw protocolFailure(
      errorCode,
      location,
      `${partition}${errorMessage === null || errorMessage === undefined ? '' : `: ${errorMessage}`}`,
    );
  };
  return {
    async place(partition, at, batch) {
      const untilMs = performance.now() + timeoutMs;
      for (;;) {
        signal.throwIfAborted();
        const offset = await attempt(partition, batch);
        if (offset === at) return;
        if (offset !== undefined)
          throw new StoreFault({
            location,
            operation: 'append',
            reason: `put records of ${partition} at offset ${offset}, not ${at}: somebody else writes to this topic`,
            hint: 'Stop what writes to it, and give the command again: it begins anew.',
          });
        if (performance.now() > untilMs)
          throw new StoreUnavailable({
            location,
            operation: 'append',
            reason: `has no leader for ${partition}`,
            hint: 'Try again; see whether all brokers run.',
          });
        await pause(PAUSE_MS, signal);
        await cluster.refresh();
      }
    },
    close() {
      for (const link of links.values()) link.drop();
      links.clear();
    },
  };
};
