/** Settings of tokens that are accepted beside API keys. Like those of servers they belong to a deployment, so they have no flags. */
import { Type } from 'typebox';

import { optionalSetting, setting } from './setting.ts';

const text = Type.String({ minLength: 1 });

export const jwt = {
  issuer: optionalSetting({
    variable: 'RUSHES_JWT_ISSUER',
    placeholder: 'TEXT',
    schema: text,
    fallbackText: 'none: tokens are worth nothing',
    description: 'whose tokens (JWT) are accepted as `Authorization: Bearer`: what they have as `iss`',
  }),
  audience: optionalSetting({
    variable: 'RUSHES_JWT_AUDIENCE',
    placeholder: 'TEXT',
    schema: text,
    fallbackText: 'none: an issuer needs one',
    description: 'what tokens for this service have as `aud`, or among it',
  }),
  jwksUrl: optionalSetting({
    variable: 'RUSHES_JWT_JWKS_URL',
    placeholder: 'URL',
    schema: Type.String({ pattern: '^https?://.+' }),
    fallbackText: 'none: an issuer needs one',
    description: 'where the issuer publishes its public keys; https, or http on this machine',
  }),
  rolesClaim: setting({
    variable: 'RUSHES_JWT_ROLES_CLAIM',
    placeholder: 'NAME',
    schema: text,
    fallback: 'roles',
    description:
      'claim that has `reader`, `writer` or `operator`, in a list or between spaces; names within each other are joined by dots (`realm_access.roles`)',
  }),
  algorithms: setting({
    variable: 'RUSHES_JWT_ALGORITHMS',
    placeholder: 'LIST',
    schema: Type.Array(Type.Enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']), {
      minItems: 1,
    }),
    fallback: ['RS256', 'ES256'],
    description: 'signatures that are accepted, separated by commas: RS256 to RS512, PS256 to PS512, ES256 to ES512, EdDSA, Ed25519',
  }),
  clockToleranceS: setting({
    variable: 'RUSHES_JWT_CLOCK_TOLERANCE_S',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 0, maximum: 300 }),
    fallback: 5,
    description: "seconds by which the issuer's clock may differ",
  }),
};
