/** Bodies are JSON in UTF-8, and nothing else: bytes that are not would be stored as replacement characters, and nobody would tell. */
import { isUtf8 } from 'node:buffer';

import type { FastifyInstance } from 'fastify';

import { badRequest, Problem } from '../http/problem.ts';

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;
const READ_AS_UTF8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

export const readJsonBodies = (scope: FastifyInstance): void => {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !READ_AS_UTF8.has(charset.toLowerCase()))
      return done(new Problem(415, `The body's charset is ${charset.slice(0, 40)}: only UTF-8 is read.`));
    if (!isUtf8(body)) return done(badRequest([{ in: 'body', name: 'body', detail: 'cannot be decoded: its bytes are not UTF-8' }]));
    void parse(request, body.toString(), done);
  });
};
