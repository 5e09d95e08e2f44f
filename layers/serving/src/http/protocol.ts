/**
 * What HTTP asks of every request, whatever its path (RFC 9110, RFC 9112): one well-formed Host, no expectation that nobody meets, no tunnel. Node would
 * answer these by itself, with an empty body. Invariant: they are answered as all other faults are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { answerRaw } from './failures.ts';
import { badRequest, Problem } from './problem.ts';

/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
const HOST = /^(?:(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+|\[([0-9A-Fa-f:.]+)\])(?::(\d{0,5}))?$/;
const MAX_PORT = 65_535;

const isHost = (text: string): boolean => {
  const found = HOST.exec(text);
  if (found === null) return false;
  const [, inBrackets, port = ''] = found;
  return (inBrackets === undefined || isIPv6(inBrackets)) && Number(port) <= MAX_PORT;
};

/** Node keeps the first of several Host lines and says nothing of the others. */
const hostLines = ({ rawHeaders }: IncomingMessage): readonly string[] => {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
};

const hostFault = (raw: IncomingMessage): string | undefined => {
  const [host, ...others] = hostLines(raw);
  if (host === undefined) return raw.httpVersion === '1.0' ? undefined : 'is missing';
  if (others.length > 0) return 'is there more than once';
  return isHost(host) ? undefined : 'is no host: it must be a name or an address, perhaps with a port';
};

const protocolProblem = (raw: IncomingMessage): Problem | undefined => {
  const detail = hostFault(raw);
  if (detail !== undefined) return badRequest([{ in: 'header', name: 'Host', detail }]);
  const { expect } = raw.headers;
  if (expect !== undefined && expect.toLowerCase() !== '100-continue' && raw.httpVersion !== '1.0')
    return new Problem(417, 'The only expectation that is met here is 100-continue.');
  return undefined;
};

/** Options of Node's server with which requests without a Host come to `checkProtocol`. */
export const PROTOCOL_OPTIONS = { requireHostHeader: false };

export const checkProtocol = (app: FastifyInstance): void => {
  app.addHook('onRequest', (request, _reply, done) => done(protocolProblem(request.raw)));
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => app.server.emit('request', request, response));
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (protocolProblem(request) === undefined) response.writeContinue();
    app.server.emit('request', request, response);
  });
  app.server.on('connect', (_request, socket) =>
    answerRaw(new Problem(405, 'This is no proxy.', { headers: { allow: 'GET, HEAD, OPTIONS, POST' } }), socket),
  );
};
