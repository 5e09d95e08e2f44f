/**
 * One connection to one broker. A broker answers the requests of a connection one after another, so whatever waits has a link of its own. Links keep no
 * process alive; requests that are under way do, until they are answered or time out.
 */
import { readFile } from 'node:fs/promises';
import {
  apiVersionsV3,
  Connection,
  createTopicsV7,
  deleteRecordsV2,
  describeConfigsV4,
  listOffsetsV9,
  metadataV12,
  MultipleErrors,
  produceV11,
  type SASLOptions,
} from '@platformatic/kafka';
import { StoreFault } from '@rushes/ports';

import { fetchApi } from './fetch-answer.ts';
import type { KafkaSasl, KafkaTls } from './options.ts';

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

/** What this adapter sends. Brokers from Kafka 3.9 on know all of it. */
const NEEDED = [
  fetchApi,
  ...[produceV11, listOffsetsV9, metadataV12, createTopicsV7, deleteRecordsV2, describeConfigsV4].map(({ api }) => api),
];

const saslOptions = (sasl: KafkaSasl): SASLOptions => {
  if ('user' in sasl) return { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password };
  if ('token' in sasl) return { mechanism: sasl.mechanism, token: sasl.token };
  const { tokenFile } = sasl;
  return { mechanism: sasl.mechanism, token: async () => (await readFile(tokenFile, 'utf8')).trim() };
};

const tlsOptions = ({ ca, cert, key }: KafkaTls): { ca?: string; cert?: string; key?: string } => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

export const openLink = async (
  { tls, sasl, connectTimeoutMs }: LinkSettings,
  { host, port }: { readonly host: string; readonly port: number },
  requestTimeoutMs: number,
): Promise<Link> => {
  const connection = new Connection(CLIENT_ID, {
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
  });
  // Whoever waits for an answer is told; an emitter without a listener would end the process.
  connection.on('error', () => {});
  try {
    await connection.connect(host, port);
  } catch (error) {
    connection.socket?.destroy();
    throw error;
  }
  connection.socket.unref();
  const request: Link['request'] = (api, ...args) => api.async(connection, ...args);
  return {
    isOpen: () => connection.isConnected(),
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

/** @throws StoreFault if the broker is older than what this adapter sends. */
export const requireVersions = async (link: Link, location: string): Promise<void> => {
  const { apiKeys } = await link.request(apiVersionsV3.api, CLIENT_ID, '1');
  const missing = NEEDED.filter(
    ({ key, version }) => !apiKeys.some((one) => one.apiKey === key && one.minVersion <= version && version <= one.maxVersion),
  );
  if (missing.length === 0) return;
  throw new StoreFault({
    location,
    reason: `does not know requests of this client (${missing.map(({ key, version }) => `API ${key} in version ${version}`).join(', ')})`,
    hint: 'It takes Kafka 3.9 or newer.',
  });
};
