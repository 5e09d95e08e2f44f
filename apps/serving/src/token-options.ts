import { isSafeAddress, type Session, UsageError } from '@rushes/runtime';
import type { ServingOptions } from '@rushes/serving';

/** Whose tokens are accepted; `undefined`: nobody's. @throws UsageError if something of it is not given, or its keys would be fetched in the open. */
export const tokenOptions = ({ issuer, audience, jwksUrl, ...how }: Session['config']['jwt']): ServingOptions['tokens'] => {
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return undefined;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined)
    throw new UsageError('jwt.issuer, jwt.audience and jwt.jwksUrl belong together', {
      hint: 'Give all three (RUSHES_JWT_ISSUER, RUSHES_JWT_AUDIENCE, RUSHES_JWT_JWKS_URL), or none.',
    });
  const url = URL.parse(jwksUrl);
  if (url === null || !isSafeAddress(url))
    throw new UsageError('jwt.jwksUrl: the keys of an issuer are fetched by https, or by http from this machine', {
      hint: 'Give an address that begins with https://.',
    });
  return { issuer, audience, jwksUrl, ...how };
};
