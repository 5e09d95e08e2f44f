/** Why a connection ended, where the client says only that it did. */
import { type Connection, NetworkError } from '@platformatic/kafka';

/** Code of what is behind a connection that ended before anything was answered by it. */
export const UNANSWERED = 'RUSHES_UNANSWERED';

/** A record of TLS that is an alert: what a port for TLS sends to whoever does not begin it. */
const [ALERT, MAJOR] = [0x15, 0x03];

export interface BrokenLink {
  /** Listens to the socket too, which is there once the connection is being made. */
  watchSocket(): void;
  /** Notes that a request was answered. */
  answered(): void;
  /** The client's error, with what is behind it. */
  explained(error: unknown): unknown;
}

/** @param isEncrypted whether the connection begins TLS itself. */
export const watchConnection = (connection: Connection, isEncrypted: boolean): BrokenLink => {
  let cause: Error | undefined;
  let isAnswered = false;
  // Whoever waits for an answer is told; an emitter without a listener would end the process.
  connection.on('error', (error) => (cause ??= error));
  return {
    watchSocket: () => {
      if (isEncrypted) return;
      connection.socket.once('data', (bytes) => {
        if (bytes[0] === ALERT && bytes[1] === MAJOR) cause ??= new Error('the broker answers in TLS');
      });
    },
    answered: () => (isAnswered = true),
    explained: (error) => {
      if (!(error instanceof NetworkError) || error === cause) return error;
      const isUnanswered = !isAnswered && error.cause === undefined;
      const behind = cause ?? (isUnanswered ? Object.assign(new Error(error.message), { code: UNANSWERED }) : undefined);
      return behind === undefined ? error : new NetworkError(error.message, { cause: behind });
    },
  };
};
