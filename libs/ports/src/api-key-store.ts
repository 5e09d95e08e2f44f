/**
 * Who may write, and who may read where reading needs a key. A key's text is shown once, when it is made; what is stored is a hash of its secret.
 * Invariants: a key never changes but by its revocation; a revocation is final.
 */

/** Each role may do what those before it may. */
export const ROLES = ['reader', 'writer', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  /** Names the key in messages and lists; no secret. */
  readonly id: string;
  /** SHA-256 of the secret, in lower-case hexadecimal digits. */
  readonly secretHash: string;
  /** Whose it is, for people. */
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  /** Worth nothing from this instant on; `null`: never. */
  readonly expiresAtMs: number | null;
  /** Worth nothing from then on; `null`: it was not revoked. */
  readonly revokedAtMs: number | null;
}

export interface ApiKeyStore {
  /** Where the store is, for messages. */
  readonly location: string;
  /** `false`: there is a key of this id, and it stays as it is. */
  add(key: ApiKey): Promise<boolean>;
  find(id: string): Promise<ApiKey | undefined>;
  /** All keys, expired and revoked ones too, the oldest first, then by id. */
  list(): Promise<readonly ApiKey[]>;
  /** The key as it is now; the first revocation's time stands. `undefined`: there is no such key. */
  revoke(id: string, atMs: number): Promise<ApiKey | undefined>;
  close(): Promise<void>;
}
