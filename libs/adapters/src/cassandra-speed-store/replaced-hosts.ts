/**
 * When the driver has lost all connections it begins anew with the contact points, and replaces what it knows of their hosts. The pools of those that were
 * replaced go on connecting, and its `shutdown` does not know of them: each would keep the process alive. So they are ended when they are replaced.
 */
import type { Client, Host } from 'cassandra-driver';

/** What the driver's types leave out. */
interface WithPool {
  readonly shutdown?: (waitForPending: boolean) => Promise<void>;
}

/** To be called before the client connects. */
export const endReplacedHosts = (client: Client): void => {
  client.on('hostRemove', (host: Host) => {
    // as: the driver has it, its types do not; without it the pool would merely stay
    (host as unknown as WithPool).shutdown?.(false).catch(() => undefined);
  });
};
