/** What is known of a store before it is opened. */
import type {
  ApiKeyStore,
  BatchViewStore,
  BegunLog,
  CallOptions,
  EventLog,
  Heartbeats,
  LogBeginning,
  LogState,
  ObjectStore,
  Owners,
  SpeedStore,
  StoreCheck,
} from '@rushes/ports';

import type { ServerSettings } from './server-settings.ts';

export interface StoreOf {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog;
  /** With the owners, whose fences it checks, and what processes say of themselves. */
  readonly speed: SpeedStore & { readonly owners: Owners; readonly heartbeats: Heartbeats };
  readonly keys: ApiKeyStore;
}

export interface Opening {
  /** Nothing is made, changed or locked. */
  readonly readOnly?: boolean;
  /** Its server was checked a moment ago. */
  readonly isChecked?: boolean;
  /** The clock of what is stamped and of what expires, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Of a log: keeps where records stand in traces. */
  readonly traces?: boolean;
}

/** A store that was found by its URL, not opened yet. */
export interface FoundStore<Store> {
  /** For messages: without credentials. */
  readonly location: string;
  /** The folder or file of a store that is one; `undefined`: it is reached over a network. */
  readonly localPath: string | undefined;
  /** Whether there is something to open. A store that makes itself is there always. */
  readonly isThere: () => Promise<boolean>;
  /** Whether a server is as it has to be: version, configuration, permissions. Nothing stays of it. A file has nothing to be asked. */
  readonly check?: () => Promise<StoreCheck>;
  /** Opens the store, and makes it where it is not there and not only read. */
  readonly open: (how?: Opening) => Promise<Store>;
}

/** How a log is begun in the place of another one. */
export interface LogBeginner {
  readonly state: () => Promise<LogState>;
  /** Whether a log could be begun: makes nothing. @throws StoreFault, StoreUnavailable */
  readonly check: () => Promise<void>;
  /** @throws StoreFault if there is a log, where one cannot be set aside. */
  readonly begin: (beginning: LogBeginning, now: Date, options?: CallOptions) => Promise<BegunLog>;
}

export interface FoundLog extends FoundStore<EventLog> {
  readonly beginner: LogBeginner;
}

/** Makes what is known of a store from its URL. @throws Error if the URL does not name one; its message holds no credentials. */
export type Scheme<Store> = (url: string, servers: ServerSettings) => FoundStore<Store>;
export type LogScheme = (url: string, servers: ServerSettings) => FoundLog;
