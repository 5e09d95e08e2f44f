import { Producer } from '@platformatic/kafka';

import { BROKER } from './kafka-for-tests.ts';

/** Puts any bytes into a topic, as another program may. */
export const sendRaw = async ({
  topic,
  partition,
  key,
  value,
}: {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
}): Promise<void> => {
  const producer = new Producer({ clientId: 'another', bootstrapBrokers: [BROKER] });
  try {
    await producer.send({ messages: [{ topic, partition, key: Buffer.from(key), value }], acks: -1 });
  } finally {
    await producer.close();
  }
};
