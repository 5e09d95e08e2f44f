/** What tests make smaller. */
export interface PostgresLimits {
  /** How long connecting, or waiting for a free connection, may take, in milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may take that reads, or writes a row, in milliseconds. Default: 60,000. */
  readonly statementTimeoutMs?: number;
  /** How long one statement of a build may take (a copy, an index), in milliseconds. Default: 2 hours. */
  readonly buildStatementTimeoutMs?: number;
  /** How long removing an artefact waits for those who read it, in milliseconds. Default: 10,000. What is still read then is removed another time. */
  readonly dropWaitMs?: number;
}

export interface PostgresTls {
  /** Certificates of the authorities that the server's certificate is checked with, as PEM. Default: the system's. */
  readonly ca?: string;
  /** This client's certificate as PEM, where the server asks for one. */
  readonly cert?: string;
  /** Its private key as PEM. */
  readonly key?: string;
}

export interface PostgresOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The schema that the store's tables are in, made if it is not there: lower-case letters, digits and underscores. Default: `rushes`. */
  readonly schema?: string;
  readonly credentials?: { readonly user: string; readonly password?: string };
  /** Encrypts the connections; the server's name and certificate are checked. Default: they are not encrypted. */
  readonly tls?: PostgresTls;
  /** Most connections at once; builds have one each besides. Default: 10. */
  readonly connections?: number;
  /** Only reads: makes nothing. Default: false. */
  readonly readOnly?: boolean;
  readonly limits?: PostgresLimits;
}
