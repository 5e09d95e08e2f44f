import { ApiException } from '@kubernetes/client-node';

/** Whether the API server answered with one of these codes. */
export const isCode = (error: unknown, ...codes: readonly number[]): boolean => error instanceof ApiException && codes.includes(error.code);
