/** Logs with topics of their own on the broker that tests use, and what removes them. */
import { randomBytes } from 'node:crypto';
import { Admin } from '@platformatic/kafka';
import type { EventLog } from '@rushes/ports';

import { type KafkaEventLogOptions, openKafkaEventLog } from '../index.ts';

export const BROKER = process.env['TEST_KAFKA'] ?? '127.0.0.1:29092';
export const REGISTRY = process.env['TEST_REGISTRY'] ?? 'http://127.0.0.1:28081/apis/ccompat/v7';

const TOPICS = ['movie.metadata', 'movie.ratings', 'movie.reviews', 'movie.dead-letters'] as const;

export interface LogForTests {
  readonly prefix: string;
  readonly open: (options?: Partial<KafkaEventLogOptions>) => Promise<EventLog>;
  /** What the logs' clock shows. */
  readonly nowMs: () => number;
  readonly advance: (milliseconds: number) => void;
  readonly dispose: () => Promise<void>;
}

export const withAdmin = async <Result>(work: (admin: Admin) => Promise<Result>, broker = BROKER): Promise<Result> => {
  const admin = new Admin({ clientId: 'rushes-tests', bootstrapBrokers: [broker] });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
};

export const removeSubject = async (subject: string): Promise<void> => {
  for (const query of ['', '?permanent=true']) await fetch(`${REGISTRY}/subjects/${subject}${query}`, { method: 'DELETE' });
};

/** @param broker where the topics are. */
export const logForTests = (broker = BROKER): LogForTests => {
  const prefix = `t${randomBytes(6).toString('hex')}-`;
  const opened: EventLog[] = [];
  let aheadMs = 0;
  const nowMs = (): number => Date.now() + aheadMs;
  return {
    prefix,
    nowMs,
    advance: (milliseconds) => void (aheadMs += milliseconds),
    open: async (options) => {
      const log = await openKafkaEventLog({
        brokers: [broker],
        topicPrefix: prefix,
        registry: { url: REGISTRY },
        now: nowMs,
        ...options,
        limits: { settleMs: 200, ...options?.limits },
      });
      opened.push(log);
      return log;
    },
    dispose: async () => {
      for (const log of opened) await log.close();
      await withAdmin((admin) => admin.deleteTopics({ topics: TOPICS.map((topic) => `${prefix}${topic}`) }), broker).catch(() => {});
      for (const topic of TOPICS.slice(0, 3)) await removeSubject(`${prefix}${topic}-value`);
    },
  };
};
