import type { KafkaEventLogOptions, KafkaSasl } from '@rushes/adapters/kafka-event-log';
import { parseKafkaUrl } from '@rushes/adapters/server-addresses';
import type { EventLog, LogState } from '@rushes/ports';
import { UsageError } from '@rushes/runtime';

import type { LogScheme } from './found-store.ts';
import { secretOf, type ServerSettings, tlsOf } from './server-settings.ts';

const client = () => import('@rushes/adapters/kafka-event-log');

const MECHANISMS = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

/** @throws UsageError if what the mechanism needs is not there. */
const saslOf = async ({ sasl, user, password, passwordFile, tokenFile }: ServerSettings['kafka']): Promise<KafkaSasl | undefined> => {
  if (sasl === 'none') return undefined;
  if (sasl === 'oauthbearer') {
    if (tokenFile === undefined) throw new UsageError('kafka.sasl is oauthbearer, without a token', { hint: 'Set kafka.tokenFile.' });
    return { mechanism: 'OAUTHBEARER', tokenFile };
  }
  const secret = await secretOf('kafka.password', password, passwordFile);
  if (user === undefined || secret === undefined)
    throw new UsageError(`kafka.sasl is ${sasl}, without a name or a password`, { hint: 'Set kafka.user and kafka.passwordFile.' });
  return { mechanism: MECHANISMS[sasl], user, password: secret };
};

/** `kafka://host:port,host:port/prefix`, with the registry of its schemas. */
export const kafkaLog: LogScheme = (url, { kafka }) => {
  const { brokers, topicPrefix } = parseKafkaUrl(url);
  const { registryUrl, registryUser, replication, minInsyncReplicas } = kafka;
  if (registryUrl === undefined)
    throw new Error('the schemas of its records need a registry: set kafka.registryUrl (RUSHES_KAFKA_REGISTRY_URL)');
  if (minInsyncReplicas > replication)
    throw new Error(`kafka.minInsyncReplicas is ${minInsyncReplicas}, more than the ${replication} of kafka.replication`);
  const settle = async (): Promise<KafkaEventLogOptions> => ({
    brokers,
    topicPrefix,
    replicationFactor: replication,
    minInsyncReplicas,
    registry: {
      url: registryUrl,
      user: registryUser,
      password: await secretOf('kafka.registryPassword', kafka.registryPassword, kafka.registryPasswordFile),
    },
    tls: await tlsOf('kafka', kafka),
    sasl: await saslOf(kafka),
  });
  const state = async (): Promise<LogState> => (await client()).kafkaLogState(await settle());
  const isThere = async (): Promise<boolean> => (await state()) !== 'absent';
  const open = async (how: Pick<KafkaEventLogOptions, 'readOnly' | 'now' | 'traces'> = {}): Promise<EventLog> =>
    (await client()).openKafkaEventLog({ ...(await settle()), ...how });
  return {
    location: url,
    localPath: undefined,
    isThere,
    async check() {
      const found = await (await client()).checkKafkaBrokers(await settle());
      // Opening compares the topics and the schemas with what they have to be; what is not there yet will be made so.
      if (found.findings.every(({ level }) => level !== 'fault') && (await isThere())) await (await open({ readOnly: true })).close();
      return found;
    },
    open: ({ readOnly = false, now = Date.now, traces = false } = {}) => open({ readOnly, now, traces }),
    beginner: {
      state,
      check: async () => (await client()).checkKafkaBeginning(await settle()),
      begin: async (beginning, now, options) =>
        (await client()).beginKafkaEventLog({ ...(await settle()), now: () => now.getTime() }, beginning, options),
    },
  };
};
