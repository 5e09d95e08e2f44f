/** A schema registry by Confluent's HTTP interface: as much of it as registering our schemas and looking up others' takes. */
import { StoreFault, StoreUnavailable } from '@rushes/ports';

export interface RegistryOptions {
  /** The interface's base, as `http://registry:8081`. Without credentials. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** How long a request may take. */
  readonly timeoutMs: number;
}

export interface Registry {
  readonly location: string;
  /** The id of a schema that the subject has; `undefined`: it does not have it. */
  find(subject: string, schema: string): Promise<number | 'no subject' | 'no schema'>;
  /** Adds a schema, or finds it. `refused`: it breaks the subject's compatibility, in the registry's words. */
  register(subject: string, schema: string): Promise<number | { readonly refused: string }>;
  /** The newest schema of a subject. */
  latest(subject: string): Promise<string>;
  /** The compatibility that holds for a subject, its own or the registry's. */
  compatibility(subject: string): Promise<string>;
  /** A schema by its id; `undefined`: there is none. */
  schema(id: number): Promise<{ readonly type: string; readonly text: string } | undefined>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const SUBJECT_NOT_FOUND = 40401;
const SCHEMA_NOT_FOUND = 40403;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** The registry's own words. */
const wordsOf = ({ body }: Answer): string => (typeof body['message'] === 'string' ? body['message'] : '');

const fault = (location: string, reason: string, hint: string, cause?: unknown): StoreFault =>
  new StoreFault({ location, reason, hint, cause });
const unavailable = (location: string, reason: string, cause?: unknown): StoreUnavailable =>
  new StoreUnavailable({ location, reason, hint: 'See whether the schema registry runs and the network leads to it.', cause });

/** The location for messages. @throws RangeError. */
const locationOf = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol))
    throw new RangeError('the URL of the schema registry is http: or https:');
  if (parsed.username !== '' || parsed.password !== '')
    throw new RangeError('the URL of the schema registry has no credentials in it: user and password are options of their own');
  return url.replace(/\/+$/, '');
};

export const openRegistry = ({ url, user, password, timeoutMs }: RegistryOptions): Registry => {
  const location = locationOf(url);
  const authorization = user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };

  const fetchAnswer = async (method: 'GET' | 'POST', path: string, body: unknown): Promise<Answer> => {
    try {
      const response = await fetch(`${location}${path}`, {
        method,
        headers: { accept: `${CONTENT_TYPE}, application/json`, 'content-type': CONTENT_TYPE, ...authorization },
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : {};
      return { status: response.status, body: parsed as Answer['body'] }; // as: it begins with a brace
    } catch (cause) {
      const { message } = ((cause as Error).cause as Error | undefined) ?? (cause as Error); // as: what fetch throws
      throw unavailable(location, `is out of reach (${message})`, cause);
    }
  };

  const request = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetchAnswer(method, path, body);
    const { status } = answer;
    const said = `${method} ${path}: HTTP ${status} ${wordsOf(answer)}`.trimEnd();
    if (status === 401 || status === 403)
      throw fault(
        location,
        `does not let this process in (${said})`,
        'See whether user and password of the schema registry are right, and what the user may do.',
      );
    if (status === 429 || status >= 500) throw unavailable(location, `cannot answer just now (${said})`);
    return answer;
  };

  const unexpected = (what: string, answer: Answer): StoreFault =>
    fault(
      location,
      `answers ${what} with HTTP ${answer.status} ${wordsOf(answer)}`,
      'See whether the URL is that of the Confluent interface of a schema registry.',
    );

  const idOf = (what: string, answer: Answer): number => {
    const { id } = answer.body;
    if (answer.status !== 200 || typeof id !== 'number') throw unexpected(what, answer);
    return id;
  };
  const subjectPath = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;

  return {
    location,
    find: async (subject, schema) => {
      const answer = await request('POST', subjectPath(subject), { schema });
      if (answer.body['error_code'] === SUBJECT_NOT_FOUND) return 'no subject';
      return answer.body['error_code'] === SCHEMA_NOT_FOUND ? 'no schema' : idOf(`a look-up in ${subject}`, answer);
    },
    register: async (subject, schema) => {
      const answer = await request('POST', `${subjectPath(subject)}/versions`, { schema });
      if (answer.status === 409) return { refused: wordsOf(answer) };
      return idOf(`registering in ${subject}`, answer);
    },
    latest: async (subject) => {
      const answer = await request('GET', `${subjectPath(subject)}/versions/latest`);
      const { schema } = answer.body;
      if (answer.status !== 200 || typeof schema !== 'string') throw unexpected(`the newest schema of ${subject}`, answer);
      return schema;
    },
    compatibility: async (subject) => {
      const answer = await request('GET', `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`);
      const level = answer.body['compatibilityLevel'];
      if (typeof level === 'string') return level;
      const { compatibilityLevel } = (await request('GET', '/config')).body;
      if (typeof compatibilityLevel !== 'string') throw unexpected('what compatibility it keeps', answer);
      return compatibilityLevel;
    },
    schema: async (id) => {
      const answer = await request('GET', `/schemas/ids/${id}`);
      if (answer.status === 404 && answer.body['error_code'] === SCHEMA_NOT_FOUND) return undefined;
      const { schema, schemaType = 'AVRO' } = answer.body;
      if (answer.status !== 200 || typeof schema !== 'string') throw unexpected(`schema ${id}`, answer);
      return { type: String(schemaType), text: schema };
    },
  };
};
