/**
 * The cluster as this client knows it: where partitions are led, and links for requests that are answered at once. Invariant: whatever is learned from
 * metadata was compared with the identity of the log that was opened.
 */
import { metadataV12 } from '@platformatic/kafka';
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import { type ClusterView, clusterView, type Metadata, requireSameLog, requireSameTopics } from './cluster-view.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { type Link, type LinkSettings, openLink } from './link.ts';
import { parseBroker } from './kafka-url.ts';
import type { Topics } from './topics.ts';

export interface Cluster {
  readonly location: string;
  readonly topics: Topics;
  /** What was last learned. */
  view(): ClusterView;
  /** Learns it anew. Calls at the same time share one request. @throws StoreFault if it is another log. */
  refresh(): Promise<ClusterView>;
  /** Asks the first broker that answers. @throws at once what no other broker will answer otherwise. */
  anywhere<Result>(work: (link: Link) => Promise<Result>): Promise<Result>;
  /** Asks each of these brokers; those that cannot be reached are left out. @throws if none can, and StoreFault of any. */
  everywhere<Result>(brokers: Metadata['brokers'], work: (link: Link) => Promise<Result>): Promise<readonly Result[]>;
  /** Metadata of any broker, not compared with anything. */
  metadata(): Promise<Metadata>;
  /** Takes what `metadata` say as the log that is open from now on. */
  adopt(metadata: Metadata): ClusterView;
  /** Metadata by this very link, compared: what the link's broker did before was done to this log. @param of topics that matter; default: all. */
  verify(link: Link, of?: readonly string[]): Promise<void>;
  /** A link for requests that are answered at once, shared by all callers. */
  linkTo(node: number): Promise<Link>;
  /** A link of the caller's own. */
  newLink(node: number, requestTimeoutMs: number): Promise<Link>;
  close(): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const keyOf = ({ host, port }: Address): string => `${host} ${port}`;

export const openCluster = (settings: LinkSettings, topics: Topics, bootstrap: readonly string[], requestTimeoutMs: number): Cluster => {
  const { location } = settings;
  const names = topics.plans.map(({ name }) => name);
  const links = new Map<string, Promise<Link>>();
  let isClosed = false;
  let known: ClusterView | undefined;
  let refreshing: Promise<ClusterView> | undefined;

  const sharedLink = async (address: Address): Promise<Link> => {
    const key = keyOf(address);
    const before = links.get(key);
    const link = await before?.catch(() => undefined);
    if (link?.isOpen() === true) return link;
    // Another caller may have begun anew meanwhile.
    const opening = links.get(key);
    if (opening !== undefined && opening !== before) return opening;
    if (isClosed) throw new Error(`${location} was closed`);
    const made = openLink(settings, address, requestTimeoutMs);
    links.set(key, made);
    made.catch(() => links.get(key) === made && links.delete(key));
    return made;
  };

  const ask = async (link: Link, of: readonly string[] = names): Promise<Metadata> =>
    link.answer(metadataV12.api, [...of], false, of === names);

  const anywhere = async <Result>(work: (link: Link) => Promise<Result>): Promise<Result> => {
    const addresses = new Map([...(known?.brokers.values() ?? []), ...bootstrap.map(parseBroker)].map((one) => [keyOf(one), one]));
    let last: unknown;
    for (const address of addresses.values())
      try {
        return await work(await sharedLink(address));
      } catch (error) {
        last = kafkaFailure(error, location);
        if (last instanceof StoreFault) throw last;
      }
    throw last;
  };
  const everywhere: Cluster['everywhere'] = async (brokers, work) => {
    const asked = await Promise.allSettled(brokers.map(async (address) => work(await sharedLink(address))));
    const failures = asked.filter((one) => one.status === 'rejected').map(({ reason }) => kafkaFailure(reason, location));
    const fault = failures.find((failure) => failure instanceof StoreFault);
    const answers = asked.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    if (fault !== undefined || answers.length === 0) throw fault ?? failures[0];
    return answers;
  };
  const metadata = (): Promise<Metadata> => anywhere((link) => ask(link));

  const compared = (from: Metadata): ClusterView => {
    const view = clusterView(from, topics, location);
    if (known !== undefined) requireSameLog(known.id, view, location);
    return view;
  };

  const addressOf = (node: number): Address => {
    const address = known?.brokers.get(node);
    if (address === undefined) throw new StoreUnavailable({ location, reason: `has no broker ${node} just now`, hint: 'Try again.' });
    return address;
  };

  return {
    location,
    topics,
    anywhere,
    everywhere,
    metadata,
    view: () => {
      if (known === undefined) throw new Error(`${location} is not open yet`);
      return known;
    },
    adopt: (from) => (known = compared(from)),
    refresh: () => {
      refreshing ??= (async () => (known = compared(await metadata())))().finally(() => (refreshing = undefined));
      return refreshing;
    },
    verify: async (link, of) => {
      const from = await ask(link, of);
      if (of === undefined) known = compared(from);
      else if (known !== undefined) requireSameTopics(known, from, of, location);
    },
    linkTo: (node) => sharedLink(addressOf(node)),
    newLink: (node, timeoutMs) => openLink(settings, addressOf(node), timeoutMs),
    close: () => {
      isClosed = true;
      for (const link of links.values()) link.then((one) => one.drop()).catch(() => {});
      links.clear();
    },
  };
};
