/** `Prefer: wait=N` (RFC 7240): how long a client would wait for its event to be shown. Pure. */

/** Longest wait, in seconds; who asks for more gets this. */
export const MAX_WAIT_S = 10;

/** Parameters of a preference follow a semicolon, and are none of ours. */
const WAIT = /^\s*wait\s*=\s*("?)(\d{1,9})\1\s*(;.*)?$/i;

/** Seconds to wait; `undefined`: no wait was asked for. A preference that is not understood is ignored, as the RFC wants it. */
export const preferredWaitS = (header: string | string[] | undefined): number | undefined => {
  const preferences = String(header ?? '').split(',');
  for (const preference of preferences) {
    const seconds = WAIT.exec(preference)?.[2];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_S);
  }
  return undefined;
};
