/** What a cluster refuses or cannot do, in words for the person who asked. Callers act on `kind` alone. */
import { ApiException } from '@kubernetes/client-node';

/** `away` may pass by itself; `expired`: what was to be watched on is not kept any more. */
export type ClusterFaultKind = 'forbidden' | 'unknown user' | 'not found' | 'conflict' | 'expired' | 'away' | 'refused';

export class ClusterFault extends Error {
  override readonly name = 'ClusterFault';
  readonly kind: ClusterFaultKind;
  /** What somebody can do about it, as a sentence. */
  readonly hint: string | undefined;
  constructor(kind: ClusterFaultKind, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.hint = options.hint;
  }
}

export const isFault = (error: unknown, ...kinds: readonly ClusterFaultKind[]): boolean =>
  error instanceof ClusterFault && kinds.includes(error.kind);

/** What is asked of the API server: the words of a right. */
export interface Request {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch';
  /** In the plural, with its subresource: `jobs`, `pods/log`. */
  readonly resource: string;
  readonly namespace: string;
  /** Of the one object that is meant. */
  readonly name?: string;
  /** The role in k8s/ that has the right. */
  readonly role?: string;
}

/** The API server's own words, which it sends as an object of the kind Status. */
const wordsOf = (body: unknown): string | undefined => {
  let said: unknown = body;
  if (typeof body === 'string')
    try {
      said = JSON.parse(body);
    } catch {
      return body === '' ? undefined : body;
    }
  return typeof said === 'object' && said !== null && 'message' in said && typeof said.message === 'string' ? said.message : undefined;
};

const nameOf = ({ resource, name, namespace }: Request): string =>
  `${resource}${name === undefined ? '' : ` ${name}`} in namespace ${namespace}`;

/** The fault for an answer that is none of success. */
export const faultOfStatus = (code: number, body: unknown, request: Request, server: string): ClusterFault => {
  const said = wordsOf(body);
  const what = nameOf(request);
  if (code === 401)
    return new ClusterFault('unknown user', `${server} does not know who is asking`, {
      hint: 'The token or certificate in the kubeconfig has expired, or is of another cluster.',
    });
  if (code === 403 && said?.includes('is forbidden: User') !== false)
    return new ClusterFault('forbidden', `may not ${request.verb} ${what}: ask for the role ${request.role ?? 'rushes-operator'}`);
  if (code === 404)
    return new ClusterFault('not found', `there is no ${what.replace(/^(\w+?)s\b/, '$1')}`, {
      hint: 'Is it the right namespace? --namespace names another one, and --context another cluster.',
    });
  if (code === 409) return new ClusterFault('conflict', said ?? `somebody else has changed ${what}`);
  if (code === 410) return new ClusterFault('expired', said ?? 'what was watched on is not kept any more');
  if (code === 429 || code >= 500) return new ClusterFault('away', `${server} answered ${code}${said === undefined ? '' : `: ${said}`}`);
  return new ClusterFault('refused', `${server} refuses to ${request.verb} ${what}: ${said ?? `it answered ${code}`}`);
};

/** The fault for whatever a call of the client threw; an abort stays what it is. */
export const faultOf = (error: unknown, request: Request, server: string): unknown => {
  if (error instanceof ClusterFault || (error instanceof Error && error.name === 'AbortError')) return error;
  if (error instanceof ApiException) return faultOfStatus(error.code, error.body, request, server);
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number')
    return faultOfStatus(error.statusCode, undefined, request, server);
  return new ClusterFault('away', `${server} cannot be reached`, {
    hint: 'Is the cluster running, and is this the right context? `kubectl config get-contexts` shows them.',
    cause: error,
  });
};
