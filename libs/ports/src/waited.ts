/**
 * How long one request has waited so far, in milliseconds, for places that it could do without. It is handed along with each call that is made for the
 * request, and grows by what that call was waited for; such a place bounds what all calls of one request wait together.
 */
export interface Waited {
  ms: number;
}

/** Of a request that has not waited yet. */
export const newWaited = (): Waited => ({ ms: 0 });
