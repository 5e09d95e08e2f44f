/**
 * Headers that keep browsers from making more of an answer than it is. They are the same for every answer, so helmet is asked once, not
 * once a request. Transport security (HSTS) is left to whoever terminates TLS.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import helmet from 'helmet';

/** Answers are data: a browser that opens one loads nothing and is framed nowhere. */
const API_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };

/** Swagger UI loads its own scripts and styles, sets inline styles, and calls this API. */
export const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** @param crossOrigin pages of other origins may read answers. */
export const securityHeaders = (crossOrigin: boolean): Readonly<Record<string, string>> => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: API_POLICY },
    crossOriginResourcePolicy: { policy: crossOrigin ? 'cross-origin' : 'same-origin' },
    strictTransportSecurity: false,
    // Only documents have windows, downloads and plugins.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    xFrameOptions: { action: 'deny' },
  })(response.req, response, (error) => {
    if (error !== undefined) throw error as Error; // as: helmet's callback says unknown; it passes on what its parts throw
  });
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
};
