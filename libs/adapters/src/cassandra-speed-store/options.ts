import type { StoreFinding } from '@rushes/ports';

/** What tests make smaller. */
export interface CassandraLimits {
  /** How long one request may take, in milliseconds. Default: 5,000. A write that takes longer is in doubt. */
  readonly requestTimeoutMs?: number;
  /** How long connecting to a host may take, in milliseconds. Default: 5,000. */
  readonly connectTimeoutMs?: number;
  /** Largest piece of a change record in one mutation, in bytes. Default: 1 MiB. */
  readonly chunkBytes?: number;
  /** Rows of a scan that one request brings. Default: 500. */
  readonly pageRows?: number;
  /** Requests of one call that are under way at once. Default: 64. */
  readonly requestsAtOnce?: number;
}

export interface CassandraTls {
  /** Certificates of the authorities that the servers' certificates are checked with, as PEM. Default: the system's. */
  readonly ca?: string;
  /** This client's certificate as PEM, where the servers ask for one. */
  readonly cert?: string;
  /** Its private key as PEM. */
  readonly key?: string;
}

export interface CassandraSpeedStoreOptions {
  /** Some hosts of the cluster, each `host:port`. The others are found by themselves. */
  readonly contactPoints: readonly string[];
  /** Lower-case letters, digits and underscores. Made if it is not there. */
  readonly keyspace: string;
  /** The data center whose replicas answer. Default: that of the first contact point that can be reached. */
  readonly localDataCenter?: string;
  /** Replicas in the local data center (`NetworkTopologyStrategy`), used when the keyspace is made, and compared afterwards. Default: 3. */
  readonly replicationFactor?: number;
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Encrypts the connections. Default: they are not encrypted. */
  readonly tls?: CassandraTls;
  /** Only reads: makes neither keyspace nor tables, and distrusts what is damaged for this process alone. Default: false. */
  readonly readOnly?: boolean;
  /** Milliseconds since 1970, for instants that are stored. Rows and leases expire by the server's clock. Default: the system's clock. */
  readonly now?: () => number;
  /** How often other processes' change records are looked for while somebody waits for some, in milliseconds. Default: 50. */
  readonly pollMs?: number;
  /** Whether opening checks all hosts as `checkCassandra` does, and fails with all faults that it finds. Default: true. */
  readonly startChecks?: boolean;
  /** Notified of what the start checks warn of. */
  readonly onWarning?: (finding: StoreFinding) => void;
  readonly limits?: CassandraLimits;
}
