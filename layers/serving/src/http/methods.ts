/** Which methods a path has: OPTIONS says so, and others are refused with 405. Invariant: the list is what is registered, not what somebody wrote down. */
import type { FastifyInstance } from 'fastify';

import type { CrossOrigin } from './cors.ts';
import { Problem } from './problem.ts';

/** Methods of a path, for `Allow`; `undefined` if no route has this path. */
export type MethodsOf = (path: string) => string | undefined;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** As the router reads its patterns: `:id` is one segment, `*` is everything from there. */
const matcherOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : escaped(part)))
      .join('/')}/?$`,
  );

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? url;

/** Collects the methods of the routes that come after. */
export const collectMethods = (app: FastifyInstance): MethodsOf => {
  const byPattern = new Map<string, { readonly matcher: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const entry = byPattern.get(url) ?? { matcher: matcherOf(url.replace(/(?<=.)\/$/, '')), methods: new Set(['OPTIONS']) };
    for (const one of [method].flat()) entry.methods.add(one);
    byPattern.set(url, entry);
  });
  return (path) => {
    const found = [...byPattern.values()].filter(({ matcher }) => matcher.test(path));
    return found.length === 0 ? undefined : [...new Set(found.flatMap(({ methods }) => [...methods]))].toSorted().join(', ');
  };
};

/** Answers OPTIONS: what is possible on a path, and to whom of other origins. A path that no route has is 404, as with every other method. */
export const answerOptions = (app: FastifyInstance, methodsOf: MethodsOf, { preflight }: CrossOrigin): void => {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'OPTIONS') return done();
    const path = pathOf(request.url);
    // The whole service, RFC 9110 9.3.7.
    const allow = path === '*' ? 'GET, HEAD, OPTIONS, POST' : methodsOf(path);
    if (allow === undefined) return done();
    preflight(request, reply);
    void reply.code(204).header('allow', allow).send();
  });
};

/** Refuses other methods with 405, before a body is read: it is not wanted. */
export const refuseOtherMethods = (app: FastifyInstance, methodsOf: MethodsOf): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    const allow = request.is404 ? methodsOf(pathOf(request.url)) : undefined;
    if (allow === undefined) return done();
    done(new Problem(405, `${request.method} is not possible here, only ${allow}.`, { headers: { allow } }));
  });
};
