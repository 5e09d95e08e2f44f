/** Whether topics are set up as the log needs them. Pure: every difference is named, so that somebody can put all of them right at once. */
import type { Metadata } from './cluster-view.ts';
import type { TopicPlan } from './topics.ts';

/** A topic's configuration, as the brokers say it. */
export type TopicConfigs = Readonly<Record<string, string | null>>;

const AT_LEAST: ReadonlySet<string> = new Set(['max.message.bytes']);

const isAsPlanned = (name: string, is: string | null | undefined, planned: string): boolean =>
  AT_LEAST.has(name) ? Number(is) >= Number(planned) : is === planned;

/** In what a topic differs from its plan. @param configs `undefined`: they could not be read. */
export const differences = (
  plan: TopicPlan,
  topic: Metadata['topics'][number] | undefined,
  configs: TopicConfigs | undefined,
): readonly string[] => {
  if (topic === undefined) return [`${plan.name} is missing`];
  const found: string[] = [];
  const count = topic.partitions.length;
  if (count !== plan.partitions) found.push(`${plan.name} has ${count} partitions, not ${plan.partitions}`);
  const replicas = new Set(topic.partitions.map(({ replicaNodes }) => replicaNodes.length));
  for (const one of replicas)
    if (one !== plan.replicationFactor) found.push(`${plan.name} has ${one} replicas, not ${plan.replicationFactor}`);
  for (const [name, planned] of Object.entries(configs === undefined ? {} : plan.configs)) {
    const is = configs?.[name];
    if (!isAsPlanned(name, is, planned))
      found.push(`${plan.name}: ${name} is ${is ?? 'not told'}, not ${planned}${AT_LEAST.has(name) ? ' or more' : ''}`);
  }
  return found;
};

/** What a topic has otherwise as long as its log is being begun: it takes the times that its writer gives. */
export const WHILE_BEGUN: Readonly<Record<string, string>> = { 'message.timestamp.type': 'CreateTime' };

const BEGUN = Object.entries(WHILE_BEGUN).map(([name, value]) => `: ${name} is ${value}, not `);

/** Whether these differences are what a log has that was begun and not finished, and nothing else. */
export const isBeingBegun = (found: readonly string[]): boolean =>
  found.length > 0 && found.every((difference) => BEGUN.some((one) => difference.includes(one)));
