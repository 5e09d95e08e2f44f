/** Kinds of routes, by their path: who is limited, and who is answered whatever the load. */
export type Traffic = 'data' | 'documentation' | 'probe';

const startsWithSegment = (url: string, prefix: string): boolean => url === prefix || url.startsWith(`${prefix}/`);

/** @param pattern the route's pattern; `undefined` for a path that no route has. */
export const trafficOf = (pattern: string | undefined): Traffic => {
  if (pattern === undefined) return 'data';
  if (startsWithSegment(pattern, '/health') || pattern === '/metrics') return 'probe';
  if (pattern === '/' || startsWithSegment(pattern, '/docs') || pattern === '/openapi.json') return 'documentation';
  return 'data';
};
