/** Settings of TMDB as a source. The key belongs to a deployment, so it has no flag. */
import { Type } from 'typebox';

import { optionalSetting, setting } from './setting.ts';

const text = Type.String({ minLength: 1 });

export const tmdb = {
  key: optionalSetting({
    variable: 'RUSHES_TMDB_KEY',
    placeholder: 'TEXT',
    schema: text,
    fallbackText: 'none: TMDB is not polled',
    secret: true,
    description: "key (32 hex digits) or read access token of TMDB's API",
  }),
  keyFile: optionalSetting({
    variable: 'RUSHES_TMDB_KEY_FILE',
    placeholder: 'FILE',
    schema: text,
    fallbackText: 'none',
    path: true,
    description: 'file with it, read anew after the key was refused',
  }),
  baseUrl: setting({
    variable: 'RUSHES_TMDB_BASE_URL',
    placeholder: 'URL',
    schema: Type.String({ pattern: '^https?://.+' }),
    fallback: 'https://api.themoviedb.org/3/',
    description: "address of TMDB's API; https, or http on this machine",
  }),
  language: setting({
    variable: 'RUSHES_TMDB_LANGUAGE',
    placeholder: 'TAG',
    schema: Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' }),
    fallback: 'en-US',
    description: 'language of titles and reviews that TMDB is asked for',
  }),
  requestsPerSecond: setting({
    variable: 'RUSHES_TMDB_REQUESTS_PER_SECOND',
    placeholder: 'N',
    schema: Type.Number({ minimum: 0.01, maximum: 4 }),
    fallback: 4,
    description: 'requests to TMDB a second at most, all processes together',
  }),
  requestsPerDay: setting({
    variable: 'RUSHES_TMDB_REQUESTS_PER_DAY',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 1, maximum: 345_600 }),
    fallback: 20_000,
    description: 'requests to TMDB a day (UTC) at most, all processes together',
  }),
};
