/**
 * One connection to one broker. A broker answers the requests of a connection one after another, so whatever waits has a link of its own. Links keep no
 * process alive; requests that are under way do, until they are answered or time out.
 */
import {
  apiVersionsV3,
  Connection,
  ConnectionStatuses,
  createTopicsV7,
  deleteRecordsV2,
  deleteTopicsV6,
  describeConfigsV4,
  incrementalAlterConfigsV1,
  listOffsetsV9,
  metadataV12,
  MultipleErrors,
  produceV11,
} from '@platformatic/kafka';
import { StoreFault } from '@rushes/ports';

import { watchConnection } from './broken-link.ts';
import { TAKES } from './broker-versions.ts';
import { fetchApi } from './fetch-answer.ts';
import type { KafkaSasl, KafkaTls } from './options.ts';
import { saslOptions } from './sasl.ts';

/** How connections are made. */
export interface LinkSettings {
  /** For messages. */
  readonly location: string;
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
  readonly connectTimeoutMs: number;
}

/** A request of the protocol in one version, as the client has it. */
interface Api<Args extends readonly unknown[], Answer> {
  readonly async: (connection: Connection, ...args: Args) => Promise<Answer>;
}

export interface Link {
  readonly isOpen: () => boolean;
  /** @throws what the client throws; an answer in which parts failed is an error too, with the answer as `response`. */
  request<Args extends readonly unknown[], Answer>(api: Api<Args, Answer>, ...args: Args): Promise<Answer>;
  /** The same, but an answer in which parts failed is an answer. */
  answer<Args extends readonly unknown[], Answer>(api: Api<Args, Answer>, ...args: Args): Promise<Answer>;
  /** Ends the connection at once; what is under way fails. */
  drop(): void;
}

const CLIENT_ID = 'rushes';

interface Version {
  readonly key: number;
  readonly version: number;
}

/** What this adapter sends. Brokers from Kafka 3.9 on know all of it. */
const NEEDED: readonly Version[] = [
  fetchApi,
  ...[produceV11, listOffsetsV9, metadataV12, createTopicsV7, deleteRecordsV2, describeConfigsV4].map(({ api }) => api),
];

const tlsOptions = ({ ca, cert, key }: KafkaTls): { ca?: string; cert?: string; key?: string } => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

export const openLink = async (
  { location, tls, sasl, connectTimeoutMs }: LinkSettings,
  { host, port }: { readonly host: string; readonly port: number },
  requestTimeoutMs: number,
): Promise<Link> => {
  const connection = new Connection(CLIENT_ID, {
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl, location) }),
  });
  const broken = watchConnection(connection, tls !== undefined);
  // Ends what the client would do on time to stay authenticated: it keeps the process alive, and takes a connection that has ended for one that has not.
  connection.once('close', () => void connection.close().catch(() => {}));
  try {
    const connecting = connection.connect(host, port);
    broken.watchSocket();
    await connecting;
  } catch (error) {
    connection.socket?.destroy();
    throw broken.explained(error);
  }
  connection.socket.unref();
  const isAuthenticating = (): boolean => connection.status === ConnectionStatuses.REAUTHENTICATING;
  const request: Link['request'] = async (api, ...args) => {
    try {
      // Where a session of a broker has an end, the client authenticates anew before it; a broker breaks a connection that asks for anything else meanwhile.
      while (isAuthenticating()) await connection.ready();
      const answer = await api.async(connection, ...args);
      broken.answered();
      return answer;
    } catch (error) {
      if (error instanceof MultipleErrors) broken.answered();
      throw broken.explained(error);
    }
  };
  return {
    isOpen: () => connection.isConnected() || (isAuthenticating() && !connection.socket.destroyed),
    request,
    answer: async (api, ...args) => {
      try {
        return await request(api, ...args);
      } catch (error) {
        const response: unknown = error instanceof MultipleErrors ? error['response'] : undefined;
        if (response === undefined) throw error;
        return response as Awaited<ReturnType<typeof api.async>>; // as: the answer that the client did parse
      }
    },
    drop: () => void connection.socket.destroy(),
  };
};

/** What it sends besides where a log is begun at offsets of its own. */
export const NEEDED_TO_BEGIN: readonly Version[] = [deleteTopicsV6, incrementalAlterConfigsV1].map(({ api }) => api);

/** What a broker says of the requests and the features that it knows. */
export const askVersions = (link: Link) => link.request(apiVersionsV3.api, CLIENT_ID, '1');

/** @throws StoreFault if the broker is older than what this adapter sends. */
export const requireVersions = async (link: Link, location: string, besides: readonly Version[] = []): Promise<void> => {
  const { apiKeys } = await askVersions(link);
  const missing = [...NEEDED, ...besides].filter(
    ({ key, version }) => !apiKeys.some((one) => one.apiKey === key && one.minVersion <= version && version <= one.maxVersion),
  );
  if (missing.length === 0) return;
  throw new StoreFault({
    location,
    reason: `does not know requests of this client (${missing.map(({ key, version }) => `API ${key} in version ${version}`).join(', ')})`,
    hint: TAKES,
  });
};
