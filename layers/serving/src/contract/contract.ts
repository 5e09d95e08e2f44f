/**
 * What holds for every operation of the contract, added to what the routes say of themselves: headers, the statuses that any request can meet, who may
 * ask, and where keywords belong. Invariant: a header or status that occurs is in the contract. Pure.
 */
import { trafficOf } from '../http/traffic.ts';

interface HeaderRef {
  readonly $ref: string;
}
interface Response {
  readonly description: string;
  headers?: Record<string, HeaderRef>;
  content?: Record<string, unknown>;
  links?: Record<string, unknown>;
}
interface ParameterObject {
  readonly in: string;
  style?: string;
  explode?: boolean;
  schema: { style?: string; explode?: boolean };
}
interface Operation {
  readonly parameters?: ParameterObject[];
  responses: Record<string, Response | HeaderRef>;
  security?: unknown;
  'x-links'?: Record<string, unknown>;
}

/** The parts of an OpenAPI document that are looked at. */
export interface ContractDocument {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, unknown>>;
}

const text = (description: string, required: boolean, facts: object = {}) => ({
  description,
  required,
  schema: { type: 'string', ...facts },
});
const integer = (description: string, required: boolean) => ({ description, required, schema: { type: 'integer', minimum: 0 } });

/** Every header that answers carry beside those of HTTP itself. What is required is in every answer that names it. */
const HEADERS: Readonly<
  Record<string, { readonly required: boolean; readonly header: string; readonly description: string; readonly schema: object }>
> = {
  RequestId: { header: 'x-request-id', ...text("The client's own, if it sent a well-formed one.", true) },
  CacheControl: { header: 'cache-control', ...text('How long the answer may be kept, and by whom.', true) },
  ETag: { header: 'etag', ...text('Strong tag of the representation; send it as If-None-Match.', true) },
  BatchVersion: { header: 'rushes-batch-version', ...integer('Version of the batch views that the answer comes from.', true) },
  Completeness: {
    header: 'rushes-completeness',
    ...text('Whether something is missing, as in `meta`.', true, { enum: ['complete', 'stale', 'gap'] }),
  },
  KnownVersion: { header: 'rushes-batch-version', ...integer('Version of the batch views that know nothing of this id.', false) },
  KnownCompleteness: {
    header: 'rushes-completeness',
    ...text('Whether something is missing from them.', false, { enum: ['complete', 'stale', 'gap'] }),
  },
  Position: { header: 'rushes-position', ...text('Up to here all events are in what is served; not of earlier versions.', false) },
  WrittenPosition: { header: 'rushes-position', ...text('Send it as Rushes-Min-Position to read an answer that shows this event.', true) },
  LagMs: {
    header: 'rushes-lag-ms',
    ...integer('For how many milliseconds something has been in the log that is not in this answer.', false),
  },
  AccelBuffering: { header: 'x-accel-buffering', ...text('Tells proxies to keep no messages back.', true, { enum: ['no'] }) },
  Link: { header: 'link', ...text('The next page, as `<…>; rel="next"`; not on the last one.', false) },
  Location: { header: 'location', ...text('The movie.', true) },
  PreferenceApplied: { header: 'preference-applied', ...text('How long the request waited at most, as in `Prefer`.', false) },
  RateLimitPolicy: { header: 'ratelimit-policy', ...text('The limit: `q` requests in `w` seconds.', false) },
  RateLimit: { header: 'ratelimit', ...text('What is left: `r` requests, the bucket full again in `t` seconds.', false) },
  RetryAfter: { header: 'retry-after', ...integer('Seconds after which to try again.', true) },
  RetryAfterIfAny: { header: 'retry-after', ...integer('Seconds after which to try again; without it, trying again is no use.', false) },
  Authenticate: { header: 'www-authenticate', ...text('What the key lacks, RFC 6750.', true) },
  Allow: { header: 'allow', ...text('Methods of this path.', true) },
};

const ALWAYS = ['RequestId', 'CacheControl'];
const LIMITED = ['RateLimitPolicy', 'RateLimit'];
const STATED = ['BatchVersion', 'Completeness', 'Position'];

const headersOf = (method: string, path: string, status: number, isStream: boolean): readonly string[] => {
  const isData = trafficOf(path) === 'data';
  const names = [...ALWAYS, ...(isData ? LIMITED : [])];
  if (isStream) return [...names, ...STATED, 'AccelBuffering'];
  if (method === 'get' && isData && status === 200) return [...names, 'ETag', ...STATED, 'LagMs', 'Link'];
  if (status === 304) return [...names, 'ETag', ...STATED];
  if (method === 'get' && status === 404) return [...names, 'KnownVersion', 'KnownCompleteness', 'Position'];
  if (status === 201 || status === 202) return [...names, 'Location', 'WrittenPosition', 'PreferenceApplied'];
  if (status === 409) return [...names, 'Location'];
  if (status === 401 || status === 403) return [...names, 'Authenticate'];
  if (status === 405) return [...names, 'Allow'];
  if (status === 429) return [...names, 'RetryAfter'];
  return status === 503 && isData ? [...names, 'RetryAfterIfAny'] : names;
};

/** Statuses that any request may be answered with. */
const ANYWHERE: Readonly<Record<number, string>> = {
  400: 'The request is no well-formed HTTP, or a parameter is unknown; `errors` names it.',
  405: 'Another method than those of this path, which `Allow` names.',
  408: 'The request did not come whole in time; the connection is closed.',
  414: 'The address is too long.',
  417: 'The request expects something that is not met here.',
  431: "The request's headers are too long.",
  500: 'Our fault: the log has details under the request id.',
};

const problemResponse = (description: string): Response => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** How parameters are written belongs to the parameter, not to its schema. */
const liftStyle = (parameter: ParameterObject): void => {
  const { style, explode, ...schema } = parameter.schema;
  if (style !== undefined) parameter.style = style;
  if (explode !== undefined) parameter.explode = explode;
  parameter.schema = schema;
};

const complete = (method: string, path: string, operation: Operation): void => {
  for (const parameter of operation.parameters ?? []) liftStyle(parameter);
  // Who needs no key brings none.
  operation.security ??= [];
  for (const [status, description] of Object.entries(ANYWHERE)) operation.responses[status] ??= problemResponse(description);
  for (const [status, response] of Object.entries(operation.responses)) {
    if ('$ref' in response) continue;
    const names = headersOf(method, path, Number(status), 'text/event-stream' in (response.content ?? {}));
    response.headers = Object.fromEntries(names.map((name) => [HEADERS[name]?.header ?? name, { $ref: `#/components/headers/${name}` }]));
    if (operation['x-links'] !== undefined && (status === '201' || status === '202')) response.links = operation['x-links'];
  }
  delete operation['x-links'];
};

/** The document as it is given out. */
export const completeContract = <D>(document: D): D => {
  const contract = document as ContractDocument & D; // as: made of the routes by the library, with components
  for (const [path, operations] of Object.entries(contract.paths))
    for (const [method, operation] of Object.entries(operations)) complete(method, path, operation);
  contract.components['headers'] = Object.fromEntries(
    Object.entries(HEADERS).map(([name, { header: _, ...described }]) => [name, described]),
  );
  return contract;
};
