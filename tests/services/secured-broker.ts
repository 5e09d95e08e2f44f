/** A broker that has a listener for each way in: its settings, its users, and tokens that it takes. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';

import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';

import type { Certificates } from './certificates.ts';

export const USER = 'rushes-user';
/** With what separates fields in SASL and in files of settings. */
export const PASSWORD = 'right, p=ss:"word';
const ITERATIONS = 4_096;
/** After which a broker breaks connections that have not been authenticated anew. */
export const SESSION_MS = 2_000;

/** Ports behind the broker's own two. */
export const LISTENERS = { SSL: 2, MUTUAL: 3, SASLSSL: 4, SASLPLAIN: 5 } as const;
export type Listener = keyof typeof LISTENERS | 'PLAINTEXT';

const quoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
const LOGIN = 'org.apache.kafka.common.security';

export const settingsOf =
  ({ server, ca }: Certificates) =>
  (port: number): readonly string[] => {
    const at = (name: Listener): string => `${name}://127.0.0.1:${port + (name === 'PLAINTEXT' ? 0 : LISTENERS[name])}`;
    const names = ['PLAINTEXT', ...Object.keys(LISTENERS)] as readonly Listener[]; // as: the object's keys
    const plain = `${LOGIN}.plain.PlainLoginModule required user_${USER}=${quoted(PASSWORD)};`;
    return [
      `listeners=${names.map(at).join(',')},CONTROLLER://127.0.0.1:${port + 1}`,
      `advertised.listeners=${names.map(at).join(',')},CONTROLLER://127.0.0.1:${port + 1}`,
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,MUTUAL:SSL,SASLSSL:SASL_SSL,SASLPLAIN:SASL_PLAINTEXT',
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${server.file}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${ca.file}`,
      'listener.name.mutual.ssl.client.auth=required',
      'listener.name.saslplain.sasl.enabled.mechanisms=PLAIN',
      `listener.name.saslplain.plain.connections.max.reauth.ms=${SESSION_MS}`,
      'listener.name.saslssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      // Of a file of settings a backslash is one only if it is doubled.
      ...['saslssl', 'saslplain'].map((name) => `listener.name.${name}.plain.sasl.jaas.config=${plain.replaceAll('\\', '\\\\')}`),
      ...['256', '512'].map((bits) => `listener.name.saslssl.scram-sha-${bits}.sasl.jaas.config=${LOGIN}.scram.ScramLoginModule required;`),
      `listener.name.saslssl.oauthbearer.sasl.jaas.config=${LOGIN}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    ];
  };

/** Gives the user a password for both kinds of SCRAM, as `kafka-configs.sh` does. */
export const addScramUser = async (port: number): Promise<void> => {
  const connection = new Connection('rushes-tests');
  await connection.connect('127.0.0.1', port);
  const salt = randomBytes(20);
  const upsertion = (mechanism: number, bytes: number, digest: string) => ({
    name: USER,
    mechanism,
    iterations: ITERATIONS,
    salt,
    saltedPassword: pbkdf2Sync(PASSWORD, salt, ITERATIONS, bytes, digest),
  });
  // A request names a user once.
  for (const one of [upsertion(1, 32, 'sha256'), upsertion(2, 64, 'sha512')])
    await alterUserScramCredentialsV0.api.async(connection, [], [one]);
  await connection.close();
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token without a signature, which the broker takes since it has nobody to ask. @param lifeS how long it lives, from now on. */
export const tokenFor = (lifeS: number): string => {
  const nowS = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: USER, iat: nowS - 600, exp: nowS + lifeS })}.`;
};
