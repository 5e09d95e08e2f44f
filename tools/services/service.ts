/** What the tool knows of a server: how it is fetched, started, and asked whether it answers. One file for each server says it. */

/** A server as it runs, or is to run, on this machine. */
export interface Instance {
  /** Its configuration, data and log; nothing else lies in it. */
  readonly folder: string;
  /** Its first port on the loopback address; the ones after it are its own too, as many as `Service.ports`. */
  readonly port: number;
  /** Further lines of its configuration, in its own syntax. */
  readonly settings?: readonly string[];
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What is fetched or built once and kept. */
export interface Installable {
  readonly name: string;
  /** Pinned. */
  readonly version: string;
  /** Why that takes long, if it does. */
  readonly slow?: string;
  /** What of this machine it needs, or why it cannot be had here. */
  readonly missing: () => string | undefined;
  /** Fetches or builds it into an empty folder. */
  readonly install: (folder: string) => Promise<unknown>;
}

export interface Service extends Installable {
  /** Where it listens if nobody says otherwise. */
  readonly port: number;
  readonly ports: number;
  /** The variable by which tests learn its address. */
  readonly variable: string;
  /** What asks it to end while clients are connected. Default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  readonly address: (port: number) => string;
  /** The variable by which somebody names such a server elsewhere for tests, in place of the one of this machine. */
  readonly elsewhere?: string;
  /** The variables by which Rushes, or whoever works with it, uses it. `folder`: the instance's. */
  readonly settings: (port: number, folder: string) => Readonly<Record<string, string>>;
  /** Writes what it needs into the instance's folder, which is there. `installed`: what `install` made. */
  readonly prepare: (instance: Instance, installed: string) => Promise<void>;
  readonly launch: (instance: Instance, installed: string) => Launch;
  /** Whether it answers as its clients will ask. Never throws. */
  readonly isReady: (instance: Instance) => Promise<boolean>;
}

/** A server or tool cannot be had, started or reached; the message says why and what to do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}
