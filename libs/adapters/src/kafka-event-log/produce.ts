/**
 * One round of appending: records go to the brokers that lead their partitions, one request each, and nothing is ever sent twice. What a request came to is
 * known by partition: it may be stored in some and refused in others.
 */
import { produceV11 } from '@platformatic/kafka';
import type { LogPartition } from '@rushes/domain';
import { StoreUnavailable } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { AppendOutcomeUnknown, kafkaFailure } from './kafka-failure.ts';
import type { Link } from './link.ts';
import { OK, protocolFailure } from './protocol-codes.ts';
import type { PreparedRecord } from './records.ts';

/** What a round came to, by partition: the offset of its first record, or why it is not known to be stored. */
export type Stored = ReadonlyMap<LogPartition, number | Error>;

export interface Producer {
  /** Never throws. */
  send(records: readonly PreparedRecord[]): Promise<Stored>;
  close(): void;
}

const ALL_IN_STEP = -1;
/** The brokers give up a little before this client does, so that they can say why. */
const BROKER_SHARE = 0.8;

/** A failure whose outcome nobody knows, unless it says that nothing was stored. */
const unknownOutcome = (error: unknown, location: string): Error => {
  const failure = kafkaFailure(error, location, 'append');
  if (!(failure instanceof StoreUnavailable)) return failure as Error; // as: what was thrown
  const { reason, hint, cause } = { reason: failure.message.slice(location.length + 1), hint: failure.hint, cause: failure.cause };
  return new AppendOutcomeUnknown({
    location,
    operation: 'append',
    reason: `did not say whether records were appended: it ${reason}`,
    hint,
    cause,
  });
};

export const openProducer = (cluster: Cluster, requestTimeoutMs: number): Producer => {
  const { location, topics } = cluster;
  const links = new Map<number, Link>();
  /** After a failure it is looked up anew who leads what, and which log it is, before anything is sent. */
  let isStale = false;

  const linkTo = async (node: number): Promise<Link> => {
    const open = links.get(node);
    if (open?.isOpen() === true) return open;
    const link = await cluster.newLink(node, requestTimeoutMs);
    links.set(node, link);
    await cluster.verify(link);
    return link;
  };

  const sendTo = async (node: number, records: readonly PreparedRecord[]): Promise<Stored> => {
    const partitions = new Set(records.map(({ partition }) => partition));
    const all = (error: Error): Stored => new Map([...partitions].map((partition) => [partition, error]));
    let link: Link;
    try {
      link = await linkTo(node);
    } catch (error) {
      isStale = true;
      links.get(node)?.drop();
      return all(kafkaFailure(error, location, 'append') as Error); // as: what was thrown; nothing was sent
    }
    try {
      const messages = records.map(({ message }) => message);
      // Produce goes by the topics' names. The metadata behind it, by the same connection, say whether these are still the topics of this log.
      const [answer] = await Promise.all([
        link.answer(produceV11.api, ALL_IN_STEP, Math.floor(requestTimeoutMs * BROKER_SHARE), messages, {}),
        cluster.verify(link, [...new Set(messages.map(({ topic }) => topic))]),
      ]);
      if (typeof answer === 'boolean') throw new TypeError('the broker was asked for an answer');
      const stored = new Map<LogPartition, number | Error>();
      for (const { name, partitionResponses } of answer.responses)
        for (const { index, errorCode, baseOffset, errorMessage } of partitionResponses) {
          const partition = topics.partitionAt(name, index);
          if (partition === undefined) continue;
          if (errorCode === OK) stored.set(partition, Number(baseOffset));
          else {
            isStale = true;
            const what = errorMessage === null || errorMessage === undefined ? partition : `${partition}: ${errorMessage}`;
            stored.set(partition, unknownOutcome(protocolFailure(errorCode, location, what), location));
          }
        }
      return stored;
    } catch (error) {
      isStale = true;
      link.drop();
      return all(unknownOutcome(error, location));
    }
  };

  const groups = (records: readonly PreparedRecord[]): ReadonlyMap<number | undefined, PreparedRecord[]> => {
    const { leaders } = cluster.view();
    return Map.groupBy(records, ({ partition }) => leaders.get(partition));
  };

  return {
    send: async (records) => {
      try {
        if (isStale) await cluster.refresh();
        isStale = false;
      } catch (error) {
        const failure = kafkaFailure(error, location, 'append') as Error; // as: what was thrown
        return new Map(records.map(({ partition }) => [partition, failure]));
      }
      const stored = new Map<LogPartition, number | Error>();
      const sent = [...groups(records)].map(async ([node, group]) => {
        if (node !== undefined) {
          for (const [partition, result] of await sendTo(node, group)) stored.set(partition, result);
          return;
        }
        isStale = true;
        for (const { partition } of group)
          stored.set(
            partition,
            new StoreUnavailable({
              location,
              operation: 'append',
              reason: `has no leader for ${partition}`,
              hint: 'Try again; see whether all brokers run.',
            }),
          );
      });
      await Promise.all(sent);
      return stored;
    },
    close: () => {
      for (const link of links.values()) link.drop();
      links.clear();
    },
  };
};
