import type { MongodbLocation } from './location.ts';

/** What tests make smaller. In milliseconds. */
export interface MongodbLimits {
  /** How long a request may take that an index answers. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** How long one may take that can read a whole collection: a list, a count. Default: 60,000. */
  readonly scanTimeoutMs?: number;
  /** How long indexes may be built, or a collection copied within the server. Default: an hour. */
  readonly buildTimeoutMs?: number;
  /** How long a call waits for a server that can take it. Default: 5,000. */
  readonly serverTimeoutMs?: number;
  /** How long making a connection may take, and asking a server whether it is there: one that is busy is not one that is gone. Default: 10,000. */
  readonly connectTimeoutMs?: number;
}

export interface MongodbTls {
  /** Certificates of the authorities that the servers' certificates are checked with, as PEM. Default: the system's. */
  readonly ca?: string;
  /** This client's certificate as PEM, where the servers ask for one. */
  readonly cert?: string;
  /** Its private key as PEM. */
  readonly key?: string;
}

export interface MongodbOptions extends MongodbLocation {
  /** Of the database `authSource`, by default `admin`. */
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly authSource?: string;
  /** Name of the replica set that the hosts must be of. Default: whatever they say they are. */
  readonly replicaSet?: string;
  /** Encrypts the connections. Default: they are not encrypted. */
  readonly tls?: MongodbTls;
  /** Connections to a server at most. Default: 32. */
  readonly connections?: number;
  readonly limits?: MongodbLimits;
}
